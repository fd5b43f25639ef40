package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
)

const (
	epochKey  = "meta/epoch"
	schemaKey = "meta/schema"

	// schema is the version of the keys and values that this program writes.
	schema = 1
)

// prepare finds out who this store is or, on its first open, gives it a name.
func (s *Store) prepare(ctx context.Context) error {
	epoch, err := s.Get(ctx, epochKey)
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	founded := epoch.Revision == 0
	if founded {
		if epoch, err = s.found(ctx); err != nil {
			return fmt.Errorf("open the store for the first time: %w", err)
		}
	}
	version, err := s.Get(ctx, schemaKey)
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	switch number, err := strconv.Atoi(string(version.Value)); {
	case err != nil || number < 1:
		return fmt.Errorf("open the store: %q is no schema version: the data is not this program's, or damaged", version.Value)
	case number > schema:
		return fmt.Errorf("open the store: schema version %d, this program knows %d: %w", number, schema, ErrNewerSchema)
	}
	s.epoch = string(epoch.Value)
	if s.engine.shared() {
		return nil
	}
	return s.begin(ctx, founded)
}

// found writes the epoch and the schema version of an empty store, and of an embedded one its first run.
func (s *Store) found(ctx context.Context) (KV, error) {
	ops := []Op{Put(epochKey, []byte(rand.Text())), Put(schemaKey, []byte(strconv.Itoa(schema)))}
	if !s.engine.shared() {
		ops = append(ops, Put(runsKey, encodeRuns(newRun(1))))
	}
	for {
		_, err := s.Commit(ctx, Txn{
			Compares: []Compare{{Key: epochKey}}, // of several replicas one finds it empty
			Ops:      ops,
		})
		switch {
		case errors.Is(err, ErrUnknownOutcome) && ctx.Err() == nil:
			continue
		case err != nil:
			return KV{}, err
		}
		return s.Get(ctx, epochKey)
	}
}
