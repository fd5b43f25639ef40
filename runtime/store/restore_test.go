package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

func backup(t testing.TB, s *store.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRestore: after the next opening the store is what it was at the backup, in another epoch; until then it is what it was.
func TestRestore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	before := put(t, s, "slots/a", 0, "before")
	saved := backup(t, s)
	after := put(t, s, "slots/a", before, "after")
	put(t, s, "slots/b", 0, "after")
	epoch := s.Epoch()
	if err := s.Restore(t.Context(), bytes.NewReader(saved)); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "slots/a"); got.Revision != after || s.Epoch() != epoch {
		t.Errorf("the open store changed: %+v, epoch %s", got, s.Epoch())
	}
	if err := s.Restore(t.Context(), bytes.NewReader(saved)); !errors.Is(err, store.ErrRestoring) {
		t.Errorf("a second restore: %v", err)
	}
	shut(t, s)

	s = open(t, store.Options{Dir: dir})
	if got := get(t, s, "slots/a"); string(got.Value) != "before" || got.Revision != before {
		t.Errorf("slots/a is %+v", got)
	}
	if got := get(t, s, "slots/b"); got.Revision != 0 {
		t.Errorf("slots/b, written after the backup, is %+v", got)
	}
	if s.Epoch() == epoch || len(s.Epoch()) < 20 {
		t.Errorf("the epoch is %q, was %q", s.Epoch(), epoch)
	}
	put(t, s, "slots/a", before, "again") // it goes on
	want(t, dir, "member", "replaced")

	// What was replaced goes at the next opening after one that served, and not before.
	shut(t, s)
	s = open(t, store.Options{Dir: dir})
	want(t, dir, "member", "replaced")
	proven(t, s)
	proven(t, s)
	shut(t, s)
	want(t, dir, "member", "outdated")
	s = open(t, store.Options{Dir: dir})
	want(t, dir, "member")
	proven(t, s)
	if got := get(t, s, "slots/a"); string(got.Value) != "again" {
		t.Errorf("slots/a is %+v", got)
	}
}

func proven(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Proven(); err != nil {
		t.Fatal(err)
	}
}

// want says what there must be in a data directory, beside the lock.
func want(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		if entry.Name() != "lock" {
			got = append(got, entry.Name())
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(names) {
		t.Errorf("the directory holds %v, want %v", got, names)
	}
}

// TestRestoreTwice: what is kept aside is the last store that served, and not a restored one that never did.
func TestRestoreTwice(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	put(t, s, "slots/a", 0, "served")
	saved := backup(t, s)
	epoch := s.Epoch()
	shut(t, s)
	for range 2 {
		if err := store.RestoreDir(t.Context(), store.Options{Dir: dir}, bytes.NewReader(saved)); err != nil {
			t.Fatal(err)
		}
		want(t, dir, "member", "replaced")
	}
	if err := os.RemoveAll(filepath.Join(dir, "member")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "replaced"), filepath.Join(dir, "member")); err != nil {
		t.Fatal(err)
	}
	if s = open(t, store.Options{Dir: dir}); s.Epoch() != epoch {
		t.Errorf("what was kept aside has the epoch %s, want %s", s.Epoch(), epoch)
	}
}

// TestRestoreDir: a directory that nobody has open, also one that is not there, is restored at once.
func TestRestoreDir(t *testing.T) {
	s := open(t, store.Options{Dir: t.TempDir()})
	put(t, s, "slots/a", 0, "before")
	saved := backup(t, s)
	there := store.Options{Dir: filepath.Join(t.TempDir(), "new")}
	if err := store.RestoreDir(t.Context(), there, bytes.NewReader(saved)); err != nil {
		t.Fatal(err)
	}
	other := open(t, there)
	if got := get(t, other, "slots/a"); string(got.Value) != "before" || other.Epoch() == s.Epoch() {
		t.Errorf("%+v, epoch %s", got, other.Epoch())
	}
	want(t, there.Dir, "member")
	if err := store.RestoreDir(t.Context(), there, bytes.NewReader(saved)); !errors.Is(err, store.ErrInUse) {
		t.Errorf("on an open store: %v", err)
	}
}

// TestRestoreRefuses: what is refused changes nothing, and does not stand in the way of the next one.
func TestRestoreRefuses(t *testing.T) {
	s := open(t, store.Options{Dir: t.TempDir()})
	revision := put(t, s, "slots/a", 0, "before")
	saved := backup(t, s)
	newer := open(t, store.Options{Dir: t.TempDir()})
	put(t, newer, store.SchemaKey, get(t, newer, store.SchemaKey).Revision, "2")
	large := open(t, store.Options{Dir: t.TempDir()})
	for i := range 24 {
		put(t, large, fmt.Sprint("slots/", i), 0, string(make([]byte, 1<<20-1000)))
	}
	changed := bytes.Clone(saved)
	changed[len(changed)/2] ^= 1
	broken := errors.New("the line broke")
	tests := map[string]struct {
		backup io.Reader
		is     error
	}{
		"nothing":                    {bytes.NewReader(nil), store.ErrNotABackup},
		"words":                      {bytes.NewReader(bytes.Repeat([]byte("word"), 1000)), store.ErrNotABackup},
		"cut off in the middle":      {bytes.NewReader(saved[:len(saved)/2]), store.ErrNotABackup},
		"cut off before the hash":    {bytes.NewReader(saved[:len(saved)-32]), store.ErrNotABackup},
		"cut off in the hash":        {bytes.NewReader(saved[:len(saved)-1]), store.ErrNotABackup},
		"changed":                    {bytes.NewReader(changed), store.ErrNotABackup},
		"pages of nothing, and hash": {bytes.NewReader(hashed(make([]byte, 64<<10))), store.ErrNotABackup},
		"of another program":         {bytes.NewReader(foreignBackup(t)), store.ErrNotABackup},
		"of a newer version":         {bytes.NewReader(backup(t, newer)), store.ErrNewerSchema},
		"larger than the quota":      {bytes.NewReader(backup(t, large)), store.ErrBackupTooLarge},
		"a broken line":              {io.MultiReader(bytes.NewReader(saved[:1000]), &failing{broken}), broken},
	}
	dir := t.TempDir()
	mine := open(t, store.Options{Dir: dir, QuotaBytes: 4 << 20})
	epoch := mine.Epoch()
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if err := mine.Restore(t.Context(), tc.backup); !errors.Is(err, tc.is) {
				t.Errorf("got %v, want %v", err, tc.is)
			}
			want(t, dir, "member")
		})
	}
	t.Run("no room", func(t *testing.T) {
		for _, free := range []int64{256 << 20, 257<<20 + 10<<10} { // at the start, and after the first piece
			restore := store.Free(free)
			err := mine.Restore(t.Context(), bytes.NewReader(backup(t, large)))
			restore()
			if !errors.Is(err, store.ErrNoRoom) {
				t.Errorf("with %d bytes: %v", free, err)
			}
			want(t, dir, "member")
		}
	})
	t.Run("the caller gives up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := mine.Restore(ctx, bytes.NewReader(saved)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	shut(t, mine)
	mine = open(t, store.Options{Dir: dir, QuotaBytes: 4 << 20})
	if mine.Epoch() != epoch {
		t.Error("what was refused was restored")
	}
	if err := mine.Restore(t.Context(), bytes.NewReader(saved)); err != nil {
		t.Error(err)
	}
	shut(t, mine)
	if got := get(t, open(t, store.Options{Dir: dir}), "slots/a"); got.Revision != revision {
		t.Errorf("%+v", got)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// foreignBackup is one of an etcd that knows nothing of us.
func foreignBackup(t *testing.T) []byte {
	client := etcdtest.Start(t, 1).Client()
	if _, err := client.Put(t.Context(), "/others/key", "value"); err != nil {
		t.Fatal(err)
	}
	from, err := client.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	saved, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// TestRestoreAFullStore: one that accepts no writes is backed up and restored as any other.
func TestRestoreAFullStore(t *testing.T) {
	options := store.Options{Dir: t.TempDir(), QuotaBytes: 4 << 20}
	s := open(t, options)
	documents, _ := fill(t, s)
	if err := s.Restore(t.Context(), bytes.NewReader(backup(t, s))); err != nil {
		t.Fatal(err)
	}
	epoch := s.Epoch()
	shut(t, s)
	s = open(t, options)
	got := 0
	if _, err := s.Load(t.Context(), []string{"slots/"}, func(store.KV) error { got++; return nil }); err != nil {
		t.Fatal(err)
	}
	if got != documents || s.Epoch() == epoch {
		t.Errorf("%d documents of %d, epoch %s", got, documents, s.Epoch())
	}
}

// TestRestoredLeases: a key that hung on a lease that is renewed goes, because nobody renews it; one whose lease had long to
// run is there.
func TestRestoredLeases(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	presence, _, err := s.Lease(t.Context(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	dedupe, err := s.Grant(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, store.Txn{Ops: []store.Op{store.PutLeased("presence/a", nil, presence), store.PutLeased("dedupe/a", nil, dedupe)}})
	if err := s.Restore(t.Context(), bytes.NewReader(backup(t, s))); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, store.Options{Dir: dir})
	there := get(t, s, "presence/a")
	if there.Revision == 0 {
		t.Fatal("it is not in the backup: this shows nothing")
	}
	gone := errors.New("gone")
	err = s.Watch(t.Context(), there.Revision+1, func(b store.Batch) error {
		for _, event := range b.Events {
			if event.Key == "presence/a" && event.Deleted {
				return gone
			}
		}
		return nil
	})
	if !errors.Is(err, gone) {
		t.Error(err)
	}
	if get(t, s, "dedupe/a").Revision == 0 {
		t.Error("what hung on a long lease is gone, too")
	}
}

// TestBackupOfExternal: an external etcd has tools of its own.
func TestBackupOfExternal(t *testing.T) {
	s := open(t, external(t))
	if err := s.Backup(t.Context(), io.Discard); !errors.Is(err, store.ErrExternal) {
		t.Errorf("backup: %v", err)
	}
	if err := s.Restore(t.Context(), bytes.NewReader(nil)); !errors.Is(err, store.ErrExternal) {
		t.Errorf("restore: %v", err)
	}
	if err := store.RestoreDir(t.Context(), store.Options{}, bytes.NewReader(nil)); !errors.Is(err, store.ErrExternal) {
		t.Errorf("restore of no directory: %v", err)
	}
	proven(t, s)
}

// TestBackupEnds: one that is being written ends with its reader, and with the store.
func TestBackupEnds(t *testing.T) {
	s := open(t, store.Options{Dir: t.TempDir()})
	for i := range 100 { // more than is read before the store's end is heard of
		put(t, s, fmt.Sprint("slots/", i), 0, strings.Repeat("text ", 12<<10))
	}
	full := errors.New("the disk of who reads is full")
	if err := s.Backup(t.Context(), &refusing{full}); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	written, slow := io.Pipe()
	ended := make(chan error)
	go func() { ended <- s.Backup(t.Context(), slow) }()
	if _, err := written.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	gomega.NewWithT(t).Eventually(func() error { _, err := s.Get(t.Context(), "a"); return err }, time.Minute, time.Millisecond).
		Should(gomega.MatchError(store.ErrClosed))
	go func() { _, _ = io.Copy(io.Discard, written) }() // who reads goes on, the store does not
	if err := <-ended; !errors.Is(err, store.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	_ = slow.Close()
}

type refusing struct{ err error }

func (r *refusing) Write([]byte) (int, error) { return 0, r.err }

// hashed is a file with the hash that a backup ends with.
func hashed(file []byte) []byte {
	hash := sha256.Sum256(file)
	return append(file, hash[:]...)
}

// TestBackupUnderLoad: a backup is of one revision, and everything that was acknowledged before it is in it: of what is written
// together in one transition there is all or nothing, and nothing is missing between.
func TestBackupUnderLoad(t *testing.T) {
	const writers = 16
	s := open(t, store.Options{Dir: t.TempDir()})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var acknowledged [writers]atomic.Int64
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for n := int64(1); ; n++ {
				value := fmt.Appendf(nil, "%d", n)
				result, err := s.Commit(ctx, store.Txn{Ops: []store.Op{
					store.Put(fmt.Sprintf("slots/%d/%d", writer, n), value), store.Put(fmt.Sprint("last/", writer), value),
				}})
				if ctx.Err() != nil {
					return
				}
				if err != nil || !result.Committed {
					t.Errorf("writer %d: %+v, %v", writer, result, err)
					return
				}
				acknowledged[writer].Store(n)
			}
		})
	}
	for range 3 {
		before := [writers]int64{}
		gomega.NewWithT(t).Eventually(func() bool {
			all := true
			for writer := range writers {
				now := acknowledged[writer].Load()
				all = all && now > 20
				before[writer] = now
			}
			return all
		}, time.Minute, time.Millisecond).Should(gomega.BeTrue())
		for writer := range writers {
			acknowledged[writer].Store(0)
		}
		dir := t.TempDir()
		if err := store.RestoreDir(t.Context(), store.Options{Dir: dir}, bytes.NewReader(backup(t, s))); err != nil {
			t.Fatal(err)
		}
		restored := open(t, store.Options{Dir: dir})
		for writer := range writers {
			last, n := get(t, restored, fmt.Sprint("last/", writer)), int64(0)
			if _, err := restored.Load(t.Context(), []string{fmt.Sprintf("slots/%d/", writer)}, func(store.KV) error { n++; return nil }); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(n) != string(last.Value) || n < before[writer] {
				t.Errorf("writer %d: %d documents, the last is %s, and %d were acknowledged", writer, n, last.Value, before[writer])
			}
		}
		shut(t, restored)
	}
	stop()
	group.Wait()
}
