// Package watch tells when something in a folder has changed.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// An editor saves a file in several steps, and a checkout changes many files: what
// comes within quiet of each other is one change, but nobody waits longer than
// patience for it.
const (
	quiet    = 100 * time.Millisecond
	patience = time.Second
)

// Folder calls changed after every change of the folder or of what is below it,
// until ctx ends. Hidden folders do not count. It watches by the time it calls
// ready, which happens once.
func Folder(ctx context.Context, root string, ready, changed func()) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch %s: %w", root, err)
	}
	defer watcher.Close()
	// A walk does not go through a link that it begins with.
	if root, err = filepath.EvalSymlinks(root); err == nil {
		err = add(watcher, root)
	}
	if err != nil {
		return fmt.Errorf("watch the folder: %w", err)
	}
	ready()
	for {
		if err := next(ctx, watcher); err != nil {
			return err
		}
		if err := settle(ctx, watcher); err != nil {
			return err
		}
		changed()
	}
}

// next waits for a change.
func next(ctx context.Context, watcher *fsnotify.Watcher) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-watcher.Errors:
			// Events were lost, so anything may have changed.
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				return nil
			}
			return fmt.Errorf("watch: %w", err)
		case event := <-watcher.Events:
			if counts(watcher, event) {
				return nil
			}
		}
	}
}

// settle waits until nothing has changed for a while.
func settle(ctx context.Context, watcher *fsnotify.Watcher) error {
	enough := time.NewTimer(patience)
	defer enough.Stop()
	calm := time.NewTimer(quiet)
	defer calm.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-enough.C:
			return nil
		case <-calm.C:
			return nil
		case <-watcher.Errors: // there is a change to tell of already
		case event := <-watcher.Events:
			if counts(watcher, event) {
				calm.Reset(quiet)
			}
		}
	}
}

// counts says whether an event is a change, and follows folders that are new.
func counts(watcher *fsnotify.Watcher, event fsnotify.Event) bool {
	if event.Op == fsnotify.Chmod {
		return false
	}
	if event.Has(fsnotify.Create) {
		if info, err := os.Stat(event.Name); err == nil && info.IsDir() && !hidden(event.Name) {
			_ = add(watcher, event.Name) // gone again: there is nothing to watch
		}
	}
	return true
}

func hidden(path string) bool {
	base := filepath.Base(path)
	return strings.HasPrefix(base, ".") && base != "." && base != ".."
}

// add watches a folder and those below it.
func add(watcher *fsnotify.Watcher, root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && path == root:
			return err
		case err != nil:
			return nil // gone in the meantime, or not ours to read
		case !entry.IsDir():
			return nil
		case path != root && hidden(path):
			return filepath.SkipDir
		}
		return watcher.Add(path)
	})
}
