package load

import "sync"

// key names one event of a list: every command that is accepted makes a version of
// its request, and every version that a list hears of is one event (INV7).
type key struct {
	request string
	version int64
}

// ledger is what is known to have been published to the subscribers of a list: what
// customers and agents were answered, and whatever any of the subscribers was told.
type ledger struct {
	mu    sync.Mutex
	index map[key]int32
	keys  []key // by index
}

func newLedger() *ledger { return &ledger{index: map[key]int32{}} }

// of gives an event's place in the ledger.
func (l *ledger) of(k key) int32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, known := l.index[k]
	if !known {
		i = int32(len(l.keys))
		l.index[k], l.keys = i, append(l.keys, k)
	}
	return i
}

// all are the events so far, by their places.
func (l *ledger) all() []key {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.keys[:len(l.keys):len(l.keys)]
}
