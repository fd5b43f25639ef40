package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
)

const (
	epochKey  = "meta/epoch"
	schemaKey = "meta/schema"

	// schema is the version of the keys and values that this program writes.
	schema = 1
)

// prepare reads, or on first open writes, who this store is.
func (s *Store) prepare(ctx context.Context) error {
	result, err := s.Commit(ctx, Txn{
		Compares: []Compare{{Key: epochKey}, {Key: schemaKey}},
		Ops:      []Op{Put(epochKey, []byte(rand.Text())), Put(schemaKey, []byte(strconv.Itoa(schema)))},
	})
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	epoch, err := s.Get(ctx, epochKey)
	if err != nil {
		return fmt.Errorf("read the store's epoch: %w", err)
	}
	s.epoch = string(epoch.Value)
	if result.Committed {
		return nil
	}
	found := string(result.Current[1].Value)
	switch version, err := strconv.Atoi(found); {
	case err != nil || version < 1 || s.epoch == "":
		return fmt.Errorf("the data has no usable epoch (%q) or schema version (%q): it is not this program's, or damaged", s.epoch, found)
	case version > schema:
		return fmt.Errorf("schema version %d, this program knows %d: %w", version, schema, ErrNewerSchema)
	}
	return nil
}
