package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"go.etcd.io/etcd/etcdutl/v3/snapshot"
	"go.etcd.io/etcd/server/v3/embed"
)

const (
	// pieceOfBackup is how much is taken in before the room on the volume is looked at again.
	pieceOfBackup = 1 << 20

	// overQuota is how much larger than its quota a store can be: etcd looks at it only where it commits, ten times a second.
	overQuota = 16 << 20

	// roomForLog is what a store needs beside its database: two files of the write-ahead log, which etcd makes before it
	// uses them.
	roomForLog = 2 * 64 << 20

	// roomForOthers is what is left to the store that goes on serving meanwhile: etcd ends the process where it cannot write
	// its log.
	roomForOthers = 2 * 64 << 20
)

// stage makes a backup into the store that the next Open puts in place. Everything happens in one directory aside, whose
// outcome gets its name only when all of it is on disk.
func stage(ctx context.Context, options Options, backup io.Reader) error {
	aside := filepath.Join(options.Dir, incoming)
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.Mkdir(aside, 0o700); err != nil {
		return noRoom(err)
	}
	defer os.RemoveAll(aside) // or the next Open does
	file, made := filepath.Join(aside, "backup"), filepath.Join(aside, "store")
	if err := receive(ctx, file, backup, options); err != nil {
		return noRoom(err)
	}
	if err := inspect(file); err != nil {
		return err
	}
	if err := convert(file, made, options); err != nil {
		return noRoom(err)
	}
	if err := os.Remove(file); err != nil {
		return err
	}
	if err := renew(ctx, made, options); err != nil {
		return noRoom(err)
	}
	if err := syncTree(filepath.Join(made, member)); err != nil {
		return noRoom(err)
	}
	outcome := filepath.Join(options.Dir, restored)
	if exists(outcome) { // of a process that ended before it was put in place
		if err := os.Rename(outcome, filepath.Join(aside, "earlier")); err != nil {
			return err
		}
	}
	if err := os.Rename(filepath.Join(made, member), outcome); err != nil {
		return err
	}
	return syncDir(options.Dir)
}

// receive writes the backup into a file, as long as it is not too large and the volume has room for it and for the store
// that is made of it.
func receive(ctx context.Context, path string, backup io.Reader, options Options) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	limit := options.QuotaBytes + options.QuotaBytes/10 + overQuota
	for received := int64(0); ; {
		free, err := freeBytes(options.Dir)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		case free < pieceOfBackup+received+roomForLog+roomForOthers:
			return fmt.Errorf("%w: %d bytes are free, with %d of the backup taken in", ErrNoRoom, free, received)
		}
		n, err := io.CopyN(file, backup, pieceOfBackup)
		received += n
		switch {
		case received > limit:
			return fmt.Errorf("%w: %d", ErrBackupTooLarge, limit)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// convert makes a data directory of a backup, whose hash has been looked at. Its one member is what an embedded store is.
func convert(backup, dir string, options Options) error {
	err := snapshot.NewV3(engineLogger(options.Logger)).Restore(snapshot.RestoreConfig{
		SnapshotPath: backup, SkipHashCheck: true, OutputDataDir: dir,
		Name: memberName, PeerURLs: []string{memberURL.String()},
		InitialCluster: memberName + "=" + memberURL.String(), InitialClusterToken: embed.NewConfig().InitialClusterToken,
	})
	if err != nil {
		return fmt.Errorf("make a store of the backup: %w", err)
	}
	return nil
}

// renew opens a store that was made of a backup, which shows that it can be, and begins a new epoch in it.
func renew(ctx context.Context, dir string, options Options) error {
	// A store that was full is restored as any other: the quota is in force again with the next Open.
	s, err := Open(ctx, Options{Dir: dir, QuotaBytes: 2*options.QuotaBytes + overQuota, Logger: options.Logger})
	if err != nil {
		return fmt.Errorf("open the store in the backup: %w", err)
	}
	_, err = s.Commit(ctx, Txn{Ops: []Op{Put(epochKey, []byte(rand.Text()))}})
	if err = errors.Join(err, s.Close()); err != nil {
		return fmt.Errorf("begin a new epoch: %w", err)
	}
	return nil
}

// syncTree makes everything below a directory durable.
func syncTree(root string) error {
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncDir(path) // of a file it is the same call
	})
}

// noRoom says ErrNoRoom where the disk said so.
func noRoom(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrNoRoom, err)
	}
	return err
}
