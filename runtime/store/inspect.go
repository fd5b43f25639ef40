package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"go.etcd.io/bbolt"
	"go.etcd.io/etcd/api/v3/mvccpb"
	buckets "go.etcd.io/etcd/server/v3/storage/schema"
	"google.golang.org/protobuf/proto"
)

// inspect finds out whether a file is a backup of one of our stores. It does so before etcd sees it, which ends the process
// over a file that is not what it expects.
func inspect(path string) error {
	if err := whole(path); err != nil {
		return err
	}
	db, err := bbolt.Open(path, 0o400, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotABackup, err)
	}
	return errors.Join(db.View(ours), db.Close())
}

// whole checks the hash that a backup ends with. A database is of whole pages, so what is over is it.
func whole(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	length := info.Size() - sha256.Size
	if length <= 0 || info.Size()%512 != sha256.Size {
		return fmt.Errorf("%w: it has no hash at its end, as one that was cut off", ErrNotABackup)
	}
	hash, end := sha256.New(), make([]byte, sha256.Size)
	if _, err := io.CopyN(hash, file, length); err != nil {
		return err
	}
	if _, err := io.ReadFull(file, end); err != nil {
		return err
	}
	if !bytes.Equal(hash.Sum(nil), end) {
		return fmt.Errorf("%w: it does not have the hash at its end, as one that was cut off or changed", ErrNotABackup)
	}
	return nil
}

// ours looks for what etcd needs, and for the key that every store of ours has from its first revision on.
func ours(tx *bbolt.Tx) error {
	for _, bucket := range buckets.AllBuckets {
		if tx.Bucket(bucket.Name()) == nil {
			return fmt.Errorf("%w: it is none of etcd, having no bucket %q", ErrNotABackup, bucket.Name())
		}
	}
	wanted, keys := embeddedRoot.engineKey(schemaKey), tx.Bucket(buckets.Key.Name()).Cursor()
	for revision, value := keys.First(); revision != nil; revision, value = keys.Next() {
		var kv mvccpb.KeyValue
		if err := proto.Unmarshal(value, &kv); err != nil {
			return fmt.Errorf("%w: %w", ErrNotABackup, err)
		}
		if bytes.Equal(kv.Key, wanted) {
			return nil
		}
	}
	return fmt.Errorf("%w: it is of another program's etcd, having no key %q", ErrNotABackup, wanted)
}
