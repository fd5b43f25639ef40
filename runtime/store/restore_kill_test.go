package store_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/pullmode/operator/runtime/store"
)

// restorerDir names the variable that makes this test binary a process that restores, to be killed: the directory of its store;
// the backup is beside it.
const restorerDir = "STORE_RESTORER"

func backupBeside(dir string) string { return dir + ".backup" }

// restoreUntilKilled restores a backup, opens what came of it, and opens that again. It says how far it is.
func restoreUntilKilled(dir string) error {
	ctx := context.Background()
	options := store.Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	saved, err := os.ReadFile(backupBeside(dir))
	if err != nil {
		return err
	}
	for _, said := range []string{"restored", "proven", "tidied up"} {
		s, err := store.Open(ctx, options)
		if err != nil {
			return err
		}
		if said == "restored" {
			err = s.Restore(ctx, bytes.NewReader(saved))
		} else {
			err = s.Proven()
		}
		if err != nil {
			return err
		}
		fmt.Println(said)
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}

// TestKillDuringRestore kills a process at each of the steps of a restore, as soon as the step shows in the directory: the
// next one finds the old store, whole, or the new one, and the new one for certain once that was said.
func TestKillDuringRestore(t *testing.T) {
	s := open(t, store.Options{Dir: t.TempDir()})
	for i := range 300 {
		put(t, s, fmt.Sprint("slots/", i), 0, strings.Repeat("before", 1000))
	}
	saved := backup(t, s)
	for _, step := range []string{
		"incoming", "incoming/backup", "incoming/store/member/snap/db", "incoming/store/member/wal", "incoming/store/lock",
		"restored", "restored/snap/db", "replaced", "outdated",
	} {
		t.Run(strings.ReplaceAll(step, "/", " "), func(t *testing.T) {
			var dir, said string
			var old *store.Store
			for tries, killed := 0, false; !killed; tries++ { // some steps are over soon, and only seen by who looks just then
				if tries == 50 {
					t.Fatalf("%s was never seen", step)
				}
				dir = filepath.Join(t.TempDir(), "store")
				old = open(t, store.Options{Dir: dir})
				put(t, old, "slots/old", 0, "old")
				shut(t, old)
				if err := os.WriteFile(backupBeside(dir), saved, 0o600); err != nil {
					t.Fatal(err)
				}
				said, killed = killAt(t, dir, filepath.Join(dir, filepath.FromSlash(step)))
			}

			now := open(t, store.Options{Dir: dir})
			isOld, n := get(t, now, "slots/old").Revision != 0, 0
			if _, err := now.Load(t.Context(), []string{"slots/"}, func(store.KV) error { n++; return nil }); err != nil {
				t.Fatal(err)
			}
			switch {
			case isOld && (n != 1 || now.Epoch() != old.Epoch()):
				t.Errorf("the old store, with %d documents, in the epoch %s, was %s", n, now.Epoch(), old.Epoch())
			case isOld && said != "":
				t.Errorf("the old store, and %s was said", said)
			case !isOld && (n != 300 || now.Epoch() == old.Epoch() || now.Epoch() == s.Epoch()):
				t.Errorf("the new store, with %d documents, in the epoch %s", n, now.Epoch())
			}
			put(t, now, "slots/new", 0, "it goes on")
			t.Logf("killed after %q: the old store %v", said, isOld)
		})
	}
}

// killAt kills the process when there is something at the path, and returns what it had said last, and whether it was in time.
func killAt(t *testing.T, dir, path string) (said string, killed bool) {
	t.Helper()
	victim := exec.CommandContext(t.Context(), os.Args[0])
	victim.Env = append(os.Environ(), restorerDir+"="+dir)
	victim.Stderr = t.Output()
	output, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-ended:
				return
			default:
			}
			if _, err := os.Lstat(path); err == nil {
				_ = victim.Process.Kill() // or it has ended
				return
			}
		}
	})
	for lines := bufio.NewScanner(output); lines.Scan(); {
		said = lines.Text()
	}
	err = victim.Wait()
	close(ended)
	watch.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return said, true
	}
	if err != nil {
		t.Fatalf("it ended by itself: %v", err)
	}
	return said, false
}

// TestKillDuringSwap opens what every instant of putting a restored store in place leaves behind.
func TestKillDuringSwap(t *testing.T) {
	from := open(t, store.Options{Dir: t.TempDir()})
	put(t, from, "slots/a", 0, "new")
	saved := backup(t, from)
	tests := map[string]struct {
		instant func(t *testing.T, dir string) // from a directory with member and restored
		want    string
		kept    []string
	}{
		"before":                 {func(*testing.T, string) {}, "new", []string{"member", "replaced"}},
		"after the first rename": {func(t *testing.T, dir string) { rename(t, dir, "member", "replaced") }, "new", []string{"member", "replaced"}},
		"after the second": {func(t *testing.T, dir string) {
			rename(t, dir, "member", "replaced")
			rename(t, dir, "restored", "member")
		}, "new", []string{"member", "replaced"}},
		"with an incoming one, half": {func(t *testing.T, dir string) { rename(t, dir, "restored", "incoming") }, "old", []string{"member"}},
		"with one outdated, half": {func(t *testing.T, dir string) {
			if err := os.MkdirAll(filepath.Join(dir, "outdated", "snap"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "new", []string{"member", "replaced"}},
		"while an unproven one is removed": {func(t *testing.T, dir string) {
			rename(t, dir, "member", "replaced")
			if err := os.MkdirAll(filepath.Join(dir, "member", "wal"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "new", []string{"member", "replaced"}},
		"on a new directory": {func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, "member")); err != nil {
				t.Fatal(err)
			}
		}, "new", []string{"member"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, store.Options{Dir: dir})
			put(t, s, "slots/a", 0, "old")
			if err := s.Restore(t.Context(), bytes.NewReader(saved)); err != nil {
				t.Fatal(err)
			}
			shut(t, s)
			want(t, dir, "member", "restored")
			tc.instant(t, dir)
			s = open(t, store.Options{Dir: dir})
			if got := get(t, s, "slots/a"); string(got.Value) != tc.want {
				t.Errorf("it holds %q, want %q", got.Value, tc.want)
			}
			want(t, dir, tc.kept...)
		})
	}
}

func rename(t *testing.T, dir, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
		t.Fatal(err)
	}
}
