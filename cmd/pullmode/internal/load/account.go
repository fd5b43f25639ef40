package load

import (
	"sync"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// account is what one agent was told, and what they should have been told besides
// what their list was.
type account struct {
	mu sync.Mutex
	// sequence are the list's events in the order in which they came, by their
	// places in the ledger. had are the same, for a quick look.
	sequence []int32
	had      bits
	again    int // came twice
	gaps     int
	// messages counts those of requests that the agent is in, by id; owed are those
	// that had to come.
	messages map[string]int
	owed     map[string]bool
	// view is what the agent sees: the requests on their list.
	view map[string]request.State
}

// gap stands in a sequence where history was not given.
const gap int32 = -1

func newAccount() *account {
	return &account{messages: map[string]int{}, owed: map[string]bool{}, view: map[string]request.State{}}
}

// event notes an event of the list.
func (a *account) event(place int32, e *protocol.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.had.get(place) {
		a.again++
	}
	a.had.set(place)
	a.sequence = append(a.sequence, place)
	if e.Request == nil || e.Request.State == request.Closed {
		delete(a.view, e.RequestID)
		return
	}
	a.view[e.RequestID] = e.Request.State
}

// snapshot notes a part of one; first says that it takes the place of everything.
func (a *account) snapshot(s *protocol.Snapshot, first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if first && len(s.Only) == 0 {
		clear(a.view)
	}
	for _, r := range s.Requests {
		a.view[r.ID] = r.State
	}
}

func (a *account) missed() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gaps++
	a.sequence = append(a.sequence, gap)
}

func (a *account) message(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.messages[id]++
}

// owe notes a message that has to come.
func (a *account) owe(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.owed[id] = true
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) get(i int32) bool { return int(i/64) < len(b) && b[i/64]&(1<<(i%64)) != 0 }

func (b *bits) set(i int32) {
	for int(i/64) >= len(*b) {
		*b = append(*b, make([]uint64, len(*b)+16)...)
	}
	(*b)[i/64] |= 1 << (i % 64)
}
