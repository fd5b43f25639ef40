package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/gomega"
	"google.golang.org/protobuf/proto"

	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

func TestExternalRefuses(t *testing.T) {
	endpoints := etcdtest.Start(t, 1).Endpoints()
	tests := map[string]struct {
		options store.Options
		want    string
	}{
		"a directory, too":     {store.Options{Dir: t.TempDir(), Endpoints: endpoints}, "both"},
		"a prefix too long":    {store.Options{Endpoints: endpoints, Prefix: strings.Repeat("/", 254)}, "at most 253"},
		"nobody there":         {store.Options{Endpoints: []string{"http://127.0.0.1:1"}}, "check that the endpoints"},
		"no address":           {store.Options{Endpoints: []string{"http://%zz"}}, "check"},
		"few operations":       {store.Options{Endpoints: etcdtest.Start(t, 1, "--max-txn-ops=127").Endpoints()}, "--max-txn-ops=128"},
		"small proposals":      {store.Options{Endpoints: etcdtest.Start(t, 1, "--max-request-bytes=1048576").Endpoints()}, "--max-request-bytes=1572864"},
		"TLS where none is":    {store.Options{Endpoints: []string{strings.Replace(endpoints[0], "http:", "https:", 1)}}, "certificate"},
		"the prefix of others": {foreign(t), "not this program's"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // who is not there is waited for
			s, err := store.Open(context.Background(), tc.options)
			if err == nil {
				shut(t, s)
				t.Fatal("it opened")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%q does not say %q", err, tc.want)
			}
		})
	}
}

// foreign is a prefix under which somebody else keeps something.
func foreign(t *testing.T) store.Options {
	cluster := etcdtest.Start(t, 1)
	for _, key := range []string{"/theirs/meta/epoch", "/theirs/meta/schema"} {
		if _, err := cluster.Client().Put(t.Context(), key, "new"); err != nil {
			t.Fatal(err)
		}
	}
	return store.Options{Endpoints: cluster.Endpoints(), Prefix: "/theirs/"}
}

// TestLongPrefix: with the longest prefix that there may be, what shares a proposal still fits into what etcd takes.
func TestLongPrefix(t *testing.T) {
	const most = 1536 << 10
	s := open(t, store.Options{Endpoints: etcdtest.Start(t, 1).Endpoints(), Prefix: strings.Repeat("p", 252) + "/"})
	l := newSluice(s)
	first, before := l.first(t, s)
	waiting := make([]answer, store.MaxGroup-1)
	for i := range waiting {
		var txn store.Txn
		for n := range store.MaxOps {
			key := fmt.Sprint("slots/", i, "/", n)
			txn.Compares, txn.Ops = append(txn.Compares, store.Compare{Key: key}), append(txn.Ops, store.Put(key, nil))
		}
		waiting[i] = s.Submit(txn)
	}
	first.fate <- pass
	next := <-l.arrived
	if n := proto.Size(next.proposal); n > most || next.size() == 1 {
		t.Errorf("%d transitions share a proposal of %d bytes", next.size(), n)
	}
	l.open()
	committed(t, append(waiting, before)...)
}

// TestPrefixes: stores with different prefixes know nothing of each other; those with the same are one, with one epoch.
func TestPrefixes(t *testing.T) {
	endpoints := etcdtest.Start(t, 1).Endpoints()
	a := open(t, store.Options{Endpoints: endpoints, Prefix: "/a/"})
	b := open(t, store.Options{Endpoints: endpoints, Prefix: "/b/"})
	open(t, store.Options{Endpoints: endpoints, Prefix: "/ab/"})
	again := open(t, store.Options{Endpoints: endpoints, Prefix: "/a"})
	put(t, a, "slots/1", 0, "of a")
	if got := get(t, b, "slots/1"); got.Revision != 0 {
		t.Errorf("b sees %+v", got)
	}
	if got := get(t, again, "slots/1"); string(got.Value) != "of a" {
		t.Errorf("a second replica sees %+v", got)
	}
	if a.Epoch() == b.Epoch() || a.Epoch() != again.Epoch() {
		t.Errorf("the epochs are %q, %q and %q", a.Epoch(), b.Epoch(), again.Epoch())
	}
}

// TestLatest: whoever waits for the latest revision is served by a watch that has nothing to tell of it, because the change
// was somebody else's, and it does not go back behind that.
func TestLatest(t *testing.T) {
	cluster := etcdtest.Start(t, 1)
	s := open(t, store.Options{Endpoints: cluster.Endpoints()})
	mine := put(t, s, "slots/a", 0, "1")
	theirs, err := cluster.Client().Put(t.Context(), "/others/a", "1")
	if err != nil {
		t.Fatal(err)
	}
	latest, err := s.Latest(t.Context())
	if err != nil || latest != theirs.Header.Revision || latest <= mine {
		t.Fatalf("the latest revision is %d, %v, want %d", latest, err, theirs.Header.Revision)
	}
	batches, err := watchUntil(t.Context(), s, mine, latest)
	if err != nil {
		t.Fatal(err)
	}
	want := []store.Batch{{Revision: mine, Events: []store.Event{{Key: "slots/a", Value: []byte("1"), Revision: mine}}}, {Revision: latest}}
	if diff := cmp.Diff(want, batches); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestUsageOfExternal: etcd says what its quota is.
func TestUsageOfExternal(t *testing.T) {
	s := open(t, store.Options{Endpoints: etcdtest.Start(t, 1, "--quota-backend-bytes=123456789").Endpoints()})
	var used, quota int64
	gomega.NewWithT(t).Eventually(func() (err error) { // it is not waited for for long
		used, quota, err = s.Usage(t.Context())
		return err
	}, time.Minute).Should(gomega.Succeed())
	if used <= 0 || quota != 123456789 {
		t.Errorf("%d of %d", used, quota)
	}
}

// TestLeaseIsLost: whoever holds a lease is told when nobody answers for it any more, while its keys are still there.
func TestLeaseIsLost(t *testing.T) {
	cluster := etcdtest.Start(t, 1)
	s := open(t, store.Options{Endpoints: cluster.Endpoints()})
	lease, lost, err := s.Lease(t.Context(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, store.Txn{Ops: []store.Op{store.PutLeased("presence/a", nil, lease)}})
	cluster.Members[0].Pause()
	<-lost
	cluster.Members[0].Resume()
	if _, lost, err = s.Lease(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	select {
	case <-lost:
		t.Error("the new one is lost, too")
	default:
	}
}

// TestElectOverFailure: two replicas on a cluster whose leader dies have one leader before and after, and never two.
func TestElectOverFailure(t *testing.T) {
	cluster := etcdtest.Start(t, 3)
	data := store.Options{Endpoints: cluster.Endpoints()}
	o := &office{t: t}
	candidates := map[string]*candidate{"a": o.seek(openImpatiently(t, data), "a"), "b": o.seek(openImpatiently(t, data), "b")}
	leader, term := elected(candidates)
	cluster.Leader().Kill()
	cluster.Leader()
	candidates[leader].stop()
	<-term.Done()
	<-candidates[leader].done
	delete(candidates, leader)
	elected(candidates)
}
