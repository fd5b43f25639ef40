package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

// Store is where a memory outlives the replica.
type Store interface {
	Get(ctx context.Context, key string) (store.KV, error)
	Commit(ctx context.Context, txn store.Txn) (store.Result, error)
}

// memory knows how far the desks of each agent have had the feed. Existing desks have
// no cursor and forget their alerts with the page, so it is the runtime that has to
// know which they have rung for: those that were raised up to there. It counts what a
// desk has proven to have, and is of the agent and not of one device, as an alert is
// (N4).
//
// It is written now and then: after a crash, alerts of the last minute may ring twice
// and none is lost.
type memory struct {
	store Store

	mu    sync.Mutex
	until map[string]int64 // the revision, by agent
	kept  map[string]int64 // the one that is written down
}

// of is the revision up to which an agent's desks have had everything; 0 before the
// first.
func (m *memory) of(ctx context.Context, agent string) (int64, error) {
	kv, err := m.store.Get(ctx, keyspace.Heard(agent))
	if err != nil {
		return 0, fmt.Errorf("read what an agent's desks have had: %w", err)
	}
	var record keyspace.HeardRecord
	if kv.Revision != 0 {
		if err := json.Unmarshal(kv.Value, &record); err != nil {
			return 0, fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(m.until[agent], record.Until), nil
}

// owes says whether more is known of an agent than is written down: what a desk is
// told, it proves only later that it has it.
func (m *memory) owes(agent string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.until[agent] > m.kept[agent]
}

// heard notes that a desk has had everything up to a revision.
func (m *memory) heard(agent string, revision int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.until == nil {
		m.until, m.kept = map[string]int64{}, map[string]int64{}
	}
	m.until[agent] = max(m.until[agent], revision)
}

// keepEvery is how often it is written of an agent at most: 17 writes a second for a
// thousand of them.
const keepEvery = time.Minute

// keep writes down what is known of an agent (see owes). Another replica may have
// written more of them: the larger one stays.
func (m *memory) keep(ctx context.Context, agent string) error {
	for {
		key := keyspace.Heard(agent)
		kv, err := m.store.Get(ctx, key)
		if err != nil {
			return err
		}
		var record keyspace.HeardRecord
		if kv.Revision != 0 {
			_ = json.Unmarshal(kv.Value, &record) // one that cannot be read is written anew
		}
		m.mu.Lock()
		until := m.until[agent]
		m.mu.Unlock()
		if until <= record.Until {
			m.wrote(agent, until)
			return nil
		}
		value, err := json.Marshal(keyspace.HeardRecord{Until: until})
		if err != nil {
			return err
		}
		result, err := m.store.Commit(ctx, store.Txn{
			Compares: []store.Compare{{Key: key, Revision: kv.Revision}}, Ops: []store.Op{store.Put(key, value)},
		})
		if err != nil {
			return err
		}
		if result.Committed {
			m.wrote(agent, until)
			return nil
		}
	}
}

func (m *memory) wrote(agent string, until int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[agent] = max(m.kept[agent], until)
}
