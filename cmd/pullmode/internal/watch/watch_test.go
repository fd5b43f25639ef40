package watch_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/pullmode/operator/cmd/pullmode/internal/watch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFolderTellsOfChanges(t *testing.T) {
	write := func(path string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("a: b"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Each step is one change, in the state that the ones before left.
	steps := []struct {
		name   string
		change func(*testing.T, string)
	}{
		{"a new file", write("new.yaml")},
		{"a changed file", write("there.yaml")},
		{"a file in a folder below", write("below/there.yaml")},
		{"a new folder", write("later/new.yaml")},
		{"a file in the folder that was new", write("later/another.yaml")},
		{"a file that takes another's place, as editors save", func(t *testing.T, dir string) {
			write("draft~")(t, dir)
			if err := os.Rename(filepath.Join(dir, "draft~"), filepath.Join(dir, "there.yaml")); err != nil {
				t.Fatal(err)
			}
		}},
		{"a file that goes", func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "new.yaml")); err != nil {
				t.Fatal(err)
			}
		}},
	}
	dir := t.TempDir()
	write("there.yaml")(t, dir)
	write("below/there.yaml")(t, dir)

	ctx, cancel := context.WithCancel(t.Context())
	ready, changed, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- watch.Folder(ctx, dir, func() { close(ready) }, func() { changed <- struct{}{} })
	}()
	<-ready
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			step.change(t, dir)
			<-changed
		})
	}
	cancel()
	for {
		select {
		case <-changed: // a change in two parts that came apart
			continue
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the context's end", err)
			}
		}
		break
	}
}

func TestFolderThatIsNotThere(t *testing.T) {
	err := watch.Folder(t.Context(), filepath.Join(t.TempDir(), "none"), func() { t.Error("ready") }, func() {})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that it does not exist", err)
	}
}
