package routing

import (
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

// memory is what the controller remembers of a namespace between reconciles.
// All of it can be lost at any time: it saves reads and bounds hurry, and the
// truth is asked of the runtime.
type memory struct {
	// snapshot and digest are of what the runtime was last known to serve.
	snapshot *snapshot.Snapshot
	digest   string
	// partly tells that the runtime's store has fields that the runtime does not
	// know and leaves out of the snapshot: it is an earlier version than the one
	// that took them, and reports the digest of what is in the store.
	partly bool
	// versions are those of the replicas when that was found out.
	versions []string
	silent   silence
	refusals refusals
	rivalry  rivalry
	// hurried counts the reconciles in a row that were called again early.
	hurried int
}

// memories has one memory a namespace. Only one worker at a time has a
// namespace, so a memory itself needs no lock.
type memories struct {
	mu sync.Mutex
	of map[Namespace]*memory
}

func (m *memories) get(ns Namespace) *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		m.of = map[Namespace]*memory{}
	}
	if m.of[ns] == nil {
		m.of[ns] = &memory{}
	}
	return m.of[ns]
}

func (m *memories) forget(ns Namespace) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.of, ns)
}

// hurry is when to look again while something is under way: soon at first, and
// at last as seldom as the drift check.
func (m *memory) hurry(drift time.Duration) time.Duration {
	const first = 250 * time.Millisecond
	wait := min(first<<min(m.hurried, 10), drift)
	m.hurried++
	return wait
}
