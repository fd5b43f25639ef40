package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
)

// Restore takes a backup, which is what the store is after its next Open: until then nothing changes, and neither does it
// when Restore fails. The backup is judged, made into a store with a new Epoch, opened once and on disk before Restore
// returns. There is one at a time, and after one that went well no other.
// Errors: ErrExternal, ErrRestoring, ErrNotABackup, ErrNewerSchema, ErrBackupTooLarge, ErrNoRoom, ErrClosed, ctx's, and those
// of reading the backup.
func (s *Store) Restore(ctx context.Context, backup io.Reader) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.engine.restore(ctx, backup); err != nil {
		return fmt.Errorf("restore a backup: %w", err)
	}
	return nil
}

func (e *external) restore(context.Context, io.Reader) error { return ErrExternal }

func (e *embedded) restore(ctx context.Context, backup io.Reader) error {
	if !e.restoring.TryLock() {
		return ErrRestoring
	}
	err := stage(ctx, e.options, backup)
	if err != nil {
		e.restoring.Unlock()
	}
	return err // without one it stays locked: what waits for the next Open is not replaced by what comes later
}

// RestoreDir makes the store in options.Dir, which must not be open, that of a backup, as Restore does, and at once. If there
// is none yet, there is one then. Errors: ErrInUse, and those of Restore.
func RestoreDir(ctx context.Context, options Options, backup io.Reader) error {
	options = options.withDefaults()
	if options.Dir == "" {
		return fmt.Errorf("restore a backup: %w", ErrExternal)
	}
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return fmt.Errorf("create the data directory: %w", err)
	}
	lock, err := lockDir(options.Dir)
	if err != nil {
		return err
	}
	if err = stage(ctx, options, backup); err != nil {
		err = fmt.Errorf("restore a backup: %w", err)
	} else {
		err = swapIn(options.Dir, options.Logger)
	}
	return errors.Join(err, lock.Close())
}

// The places in a data directory, beside etcd's own. Each comes into being, and goes, with one rename.
const (
	member   = "member"   // the store
	incoming = "incoming" // a backup that is being taken in; of no worth to the next process
	restored = "restored" // what becomes the store at the next Open
	replaced = "replaced" // what it takes the place of, until it has proven itself
	outdated = "outdated" // the same after that, until the next Open
)

// swapIn puts what was restored in the place of what was there. At whatever instant the process ends, the next one goes on
// from there: until the second rename there is a store only under another name, and the first one is not done twice.
func swapIn(dir string, logger *slog.Logger) error {
	place := func(name string) string { return filepath.Join(dir, name) }
	for _, leftover := range []string{incoming, outdated} {
		if err := os.RemoveAll(place(leftover)); err != nil {
			return fmt.Errorf("tidy up the data directory: %w", err)
		}
	}
	if !exists(place(restored)) {
		return nil
	}
	var err error
	switch {
	case exists(place(replaced)):
		// The store that is there came out of a restore itself and never served: what did is kept, and not this one.
		err = os.RemoveAll(place(member))
	case exists(place(member)):
		err = os.Rename(place(member), place(replaced))
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err == nil {
		err = os.Rename(place(restored), place(member))
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return fmt.Errorf("put the restored store in place: %w", err)
	}
	logger.Warn("the store was restored from a backup; what it replaces is kept aside until it has served", "aside", place(replaced))
	return nil
}

// Proven says that what was opened serves. Of a store that was restored, what it replaced is removed at the next Open; until
// it has been said, the directory "replaced" can be put back under the name "member" by hand.
func (s *Store) Proven() error {
	if err := s.engine.proven(); err != nil {
		return fmt.Errorf("give up what was replaced by a restore: %w", err)
	}
	return nil
}

func (e *external) proven() error { return nil }

func (e *embedded) proven() error {
	dir := e.options.Dir
	if !exists(filepath.Join(dir, replaced)) {
		return nil
	}
	return errors.Join(os.Rename(filepath.Join(dir, replaced), filepath.Join(dir, outdated)), syncDir(dir))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
