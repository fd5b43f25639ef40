package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/store"
)

// TestFull: a full store says so, goes on reading and deleting, and writes again once there is room.
func TestFull(t *testing.T) {
	const quota = 4 << 20
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir, QuotaBytes: quota})
	empty, got, err := s.Usage(t.Context())
	if err != nil || empty <= 0 || empty > quota/4 || got != quota {
		t.Errorf("an empty store uses %d of %d, %v", empty, got, err)
	}
	documents, last := fill(t, s)
	if used, _, err := s.Usage(t.Context()); err != nil || used < quota/2 {
		t.Errorf("a full store uses %d, %v", used, err)
	}

	t.Run("it can still be read and deleted from, and that is not held up by others' writes", func(t *testing.T) {
		l := newSluice(s)
		s.Submit(write("slots/one more", 0)) // on its way
		full := s.Submit(write("slots/and one", 0))
		removed := s.Submit(store.Txn{Ops: []store.Op{store.Delete("slots/0")}})
		l.open()
		if result, err := full(); !errors.Is(err, store.ErrNoSpace) || errors.Is(err, store.ErrUnknownOutcome) {
			t.Errorf("a write got %+v, %v", result, err)
		}
		committed(t, removed)
		if got := get(t, s, "slots/0"); got.Revision != 0 {
			t.Errorf("slots/0 is still there, at %d", got.Revision)
		}
		if got := get(t, s, "slots/1"); len(got.Value) == 0 {
			t.Error("slots/1 is gone")
		}
	})

	t.Run("it grants no lease, and says why", func(t *testing.T) {
		if _, err := s.Grant(t.Context(), time.Hour); !errors.Is(err, store.ErrNoSpace) {
			t.Errorf("Grant got %v", err)
		}
		if _, _, err := s.Lease(t.Context(), time.Hour); !errors.Is(err, store.ErrNoSpace) {
			t.Errorf("Lease got %v", err)
		}
	})

	t.Run("it opens again, still full", func(t *testing.T) {
		shut(t, s)
		s = open(t, store.Options{Dir: dir, QuotaBytes: quota})
		if _, err := s.Commit(t.Context(), write("slots/one more", 0)); !errors.Is(err, store.ErrNoSpace) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("it writes again with a higher quota", func(t *testing.T) {
		shut(t, s)
		s = open(t, store.Options{Dir: dir, QuotaBytes: 2*quota + 16<<20})
		last = put(t, s, "slots/one more", 0, "1")
	})

	t.Run("or after deletes and a compaction", func(t *testing.T) {
		shut(t, s)
		s = open(t, store.Options{Dir: dir, QuotaBytes: quota})
		if _, err := s.Commit(t.Context(), write("slots/and one", 0)); !errors.Is(err, store.ErrNoSpace) {
			t.Fatalf("the old quota is not in force: %v", err)
		}
		for i := 1; i < documents; i++ {
			last = commit(t, s, store.Txn{Ops: []store.Op{store.Delete(fmt.Sprint("slots/", i))}}).Revision
		}
		if err := s.Compact(t.Context(), last+1); err != nil {
			t.Fatal(err)
		}
		put(t, s, "slots/and one", 0, "1")
		if used, _, err := s.Usage(t.Context()); err != nil || used > quota/4 {
			t.Errorf("it uses %d, %v", used, err)
		}
	})
}

// fill writes until nothing fits any more; it returns how many documents did.
func fill(t *testing.T, s *store.Store) (documents int, last int64) {
	for i := 0; ; i++ {
		result, err := s.Commit(t.Context(), store.Txn{Ops: []store.Op{store.Put(fmt.Sprint("slots/", i), make([]byte, 64<<10))}})
		if errors.Is(err, store.ErrNoSpace) {
			return i, last
		}
		if err != nil || i > 1000 {
			t.Fatalf("document %d: %v", i, err)
		}
		last = result.Revision
	}
}

// TestFullWhileRead: a full store answers all the same while a backup of it is being read, and makes room once the backup has
// come to its end.
func TestFullWhileRead(t *testing.T) {
	const quota = 2 << 20
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	var last int64
	for i := range 2 * quota >> 16 {
		last = commit(t, s, store.Txn{Ops: []store.Op{store.Put(fmt.Sprint("slots/", i), make([]byte, 64<<10))}}).Revision
	}
	for i := range 2 * quota >> 16 {
		last = commit(t, s, store.Txn{Ops: []store.Op{store.Delete(fmt.Sprint("slots/", i))}}).Revision
	}
	if err := s.Compact(t.Context(), last+1); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, store.Options{Dir: dir, QuotaBytes: quota}) // its file is larger than that, and mostly empty
	g := gomega.NewWithT(t)
	g.Eventually(func() (int64, error) { used, _, err := s.Usage(t.Context()); return used, err }, time.Minute, time.Millisecond).
		Should(gomega.BeNumerically("<", quota))
	if _, err := s.Commit(t.Context(), write("slots/more", 0)); !errors.Is(err, store.ErrNoSpace) {
		t.Fatalf("it is not full: %v", err)
	}

	to := &heldWriter{begun: make(chan struct{}), held: make(chan struct{})}
	letGo := sync.OnceFunc(func() { close(to.held) })
	t.Cleanup(letGo)
	backedUp, compacted := make(chan error, 1), make(chan error, 1)
	go func() { backedUp <- s.Backup(t.Context(), to) }()
	<-to.begun
	go func() { compacted <- s.Compact(t.Context(), last+1) }()
	g.Eventually(compacted, time.Minute).Should(gomega.Receive(gomega.BeNil()), "it answers nobody while it is read")
	get(t, s, "slots/more")
	letGo()
	if err := <-backedUp; err != nil {
		t.Errorf("the backup: %v", err)
	}
	if err := s.Compact(t.Context(), last+1); err != nil {
		t.Fatal(err)
	}
	put(t, s, "slots/more", 0, "1")
}

// heldWriter lets nothing through until it is let go.
type heldWriter struct {
	begun, held chan struct{}
	once        sync.Once
}

func (w *heldWriter) Write(b []byte) (int, error) {
	w.once.Do(func() { close(w.begun) })
	<-w.held
	return len(b), nil
}
