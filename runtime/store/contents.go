package store

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
	"go.etcd.io/etcd/api/v3/mvccpb"
	buckets "go.etcd.io/etcd/server/v3/storage/schema"
	"google.golang.org/protobuf/proto"
)

// Contents is what a backup holds.
type Contents struct {
	// Epoch is that of the store that it is of. What is restored from it has another one.
	Epoch string
	// Keys is how many keys begin with the prefix that was asked for.
	Keys int
}

// Inspect finds out whether a file is a whole backup of a store of ours, as Restore does, and what is in it. It reads all of
// it, and changes nothing.
// Errors: ErrNotABackup, those of the file.
func Inspect(path, prefix string) (Contents, error) {
	if err := inspect(path); err != nil {
		return Contents{}, err
	}
	db, err := bbolt.Open(path, 0o400, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return Contents{}, fmt.Errorf("%w: %w", ErrNotABackup, err)
	}
	var c Contents
	err = db.View(func(tx *bbolt.Tx) error { return c.read(tx, prefix) })
	return c, errors.Join(err, db.Close())
}

// read goes through all revisions, of which the last one of a key counts. A revision that ends with a mark is a deletion.
func (c *Contents) read(tx *bbolt.Tx, prefix string) error {
	const marked = 8 + 1 + 8 + 1
	there := map[string]bool{}
	wanted, epoch := string(embeddedRoot.engineKey(prefix)), string(embeddedRoot.engineKey(epochKey))
	err := tx.Bucket(buckets.Key.Name()).ForEach(func(revision, value []byte) error {
		var kv mvccpb.KeyValue
		if err := proto.Unmarshal(value, &kv); err != nil {
			return fmt.Errorf("%w: %w", ErrNotABackup, err)
		}
		key := string(kv.Key)
		switch {
		case key == epoch:
			c.Epoch = string(kv.Value)
		case len(key) < len(wanted) || key[:len(wanted)] != wanted:
		case len(revision) == marked:
			delete(there, key)
		default:
			there[key] = true
		}
		return nil
	})
	c.Keys = len(there)
	return err
}
