package store_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.uber.org/zap"

	"github.com/pullmode/operator/runtime/store"
)

// TestKillAtBirth kills the very first start of a store as soon as a file of it appears. Whatever it left, the next start
// works: etcd's own would wait forever over a log without an entry.
func TestKillAtBirth(t *testing.T) {
	for _, stage := range []string{"lock", "member", "member/snap/db", "member/wal"} {
		t.Run(filepath.Base(stage), func(t *testing.T) {
			dir := t.TempDir()
			binary, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			victim := exec.CommandContext(t.Context(), binary)
			victim.Env = append(os.Environ(), victimData+"="+dir)
			victim.Stdout = io.Discard
			if err := victim.Start(); err != nil {
				t.Fatal(err)
			}
			for !exists(filepath.Join(dir, stage)) {
				runtime.Gosched()
			}
			if err := victim.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			victim.Wait() // it says that it was killed
			openInTime(t, dir)
		})
	}
}

// TestStillborn has the worst case for certain: a log that was created, and not written.
func TestStillborn(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	put(t, s, "slots/a", 0, "one")
	shut(t, s)
	t.Run("what has lived is not touched", func(t *testing.T) {
		s := openInTime(t, dir)
		if got := get(t, s, "slots/a"); string(got.Value) != "one" {
			t.Errorf("slots/a is %+v", got)
		}
		shut(t, s)
		if exists(filepath.Join(dir, "stillborn")) {
			t.Error("it was set aside")
		}
	})

	log := filepath.Join(dir, "member", "wal")
	if err := os.RemoveAll(log); err != nil {
		t.Fatal(err)
	}
	empty, err := wal.Create(zap.NewNop(), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := empty.Close(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	s, err = store.Open(t.Context(), store.Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	if got := get(t, s, "slots/a"); got.Revision != 0 {
		t.Errorf("slots/a is %+v", got)
	}
	if !bytes.Contains(said.Bytes(), []byte("starting anew")) || !exists(filepath.Join(dir, "stillborn", "snap", "db")) {
		t.Errorf("it was not set aside, or in silence: %s", said.Bytes())
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// openInTime fails where a start hangs.
func openInTime(t *testing.T, dir string) *store.Store {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := store.Open(ctx, store.Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}
