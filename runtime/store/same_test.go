package store_test

import (
	"errors"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// TestSame: an etcd that is emptied, begun anew or put back says so to nobody who uses it; who asks finds out.
func TestSame(t *testing.T) {
	tests := map[string]struct {
		happens  func(*testing.T, *clientv3.Client)
		ahead    int64 // how much more was seen of the store than it has
		replaced bool
	}{
		"it goes on":      {happens: func(*testing.T, *clientv3.Client) {}},
		"it is emptied":   {happens: func(t *testing.T, c *clientv3.Client) { wipe(t, c) }, replaced: true},
		"it begins anew":  {happens: anew, replaced: true},
		"it was put back": {happens: func(*testing.T, *clientv3.Client) {}, ahead: 1, replaced: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			cluster := etcdtest.Start(t, 1)
			s := open(t, store.Options{Endpoints: cluster.Endpoints()})
			seen := put(t, s, "slots/a", 0, "1") + tc.ahead
			tc.happens(t, cluster.Client())
			err := s.Same(t.Context(), seen)
			if errors.Is(err, store.ErrReplaced) != tc.replaced || !tc.replaced && err != nil {
				t.Errorf("it says %v", err)
			}
		})
	}
	t.Run("the embedded one stays", func(t *testing.T) {
		s := open(t, store.Options{Dir: t.TempDir()})
		if err := s.Same(t.Context(), 1_000); err != nil {
			t.Error(err)
		}
	})
}

func wipe(t *testing.T, c *clientv3.Client) {
	t.Helper()
	if _, err := c.Delete(t.Context(), "/pullmode/", clientv3.WithPrefix()); err != nil {
		t.Fatal(err)
	}
}

// anew is what the first replica does that starts on an etcd that was emptied.
func anew(t *testing.T, c *clientv3.Client) {
	t.Helper()
	wipe(t, c)
	if _, err := c.Put(t.Context(), "/pullmode/meta/epoch", "another"); err != nil {
		t.Fatal(err)
	}
}
