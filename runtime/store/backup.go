package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
)

// Backup writes the whole store to w, as it is at one revision, everything that was acknowledged before among it: an etcd
// snapshot, which is the engine's database and, behind it, the SHA-256 of that. What was cut off has no such end, and is not
// taken by Restore. Others read and write meanwhile; the file grows with what they write, because the pages that are being
// read cannot be used again, so w must not block for ever.
// Errors: ErrExternal, ErrClosed, ctx's, w's.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	to := &whileWriter{ctx: ctx, w: w}
	err = s.engine.backup(to)
	if to.err != nil {
		err = to.err // the database's own writer only quotes it
	}
	if err != nil {
		return fmt.Errorf("back up the store: %w", err)
	}
	return nil
}

func (e *embedded) backup(w io.Writer) (err error) {
	e.reading.RLock()
	defer e.reading.RUnlock()
	snapshot := e.etcd.Server.Backend().Snapshot()
	defer func() {
		if closed := snapshot.Close(); err == nil {
			err = closed
		}
	}()
	hash := sha256.New()
	if _, err := snapshot.WriteTo(io.MultiWriter(w, hash)); err != nil {
		return err
	}
	_, err = w.Write(hash.Sum(nil))
	return err
}

func (e *external) backup(io.Writer) error { return ErrExternal }

// whileWriter writes until ctx ends, or a write fails, and says why.
type whileWriter struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (w *whileWriter) Write(b []byte) (n int, err error) {
	if w.ctx.Err() != nil {
		w.err = context.Cause(w.ctx)
		return 0, w.err
	}
	n, w.err = w.w.Write(b)
	return n, w.err
}
