package sink

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/record"
)

// Bounds of what is read ahead of the sink: enough for all that is posted at once
// to be of different requests.
const (
	maxQueued      = 512
	maxQueuedBytes = 8 << 20
)

// parcel is one event, encoded, on its way.
type parcel struct {
	id, kind, lane string
	body           []byte
	of             *page
}

// page is one revision's events.
type page struct {
	revision int64
	at       time.Time // of the first of them
	left     int       // of them, those not taken yet
}

// backlog is what has been read and not been taken. It knows how far everything has
// been: pages are taken in any order, the position passes them in order.
type backlog struct {
	mu       sync.Mutex
	pages    []*page // with events left, or behind one that has
	position int64   // everything up to it has been taken
	taken    int64   // how many events have been
	lanes    map[string][]*parcel
	queued   int
	bytes    int
	freed    chan struct{} // gets a value when something was taken
}

func newBacklog(position int64) *backlog {
	return &backlog{position: position, lanes: map[string][]*parcel{}, freed: make(chan struct{}, 1)}
}

// add takes in a revision that was read. It names the lanes that nobody works off
// yet.
func (b *backlog) add(revision int64, at time.Time, parcels []*parcel) (idle []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.pages); len(parcels) == 0 && n > 0 && b.pages[n-1].left == 0 {
		b.pages[n-1].revision = revision // of revisions without an event the last is enough
		return nil
	}
	p := &page{revision: revision, at: at, left: len(parcels)}
	b.pages = append(b.pages, p)
	for _, one := range parcels {
		one.of = p
		line, going := b.lanes[one.lane]
		if !going {
			idle = append(idle, one.lane)
		}
		b.lanes[one.lane] = append(line, one)
		b.queued++
		b.bytes += len(one.body)
	}
	b.pass()
	return idle
}

// first is what is next in a lane; with nil the lane ends.
func (b *backlog) first(lane string) *parcel {
	b.mu.Lock()
	defer b.mu.Unlock()
	line := b.lanes[lane]
	if len(line) == 0 {
		delete(b.lanes, lane)
		return nil
	}
	return line[0]
}

// done notes that the first of its lane was taken.
func (b *backlog) done(p *parcel) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lanes[p.lane] = b.lanes[p.lane][1:]
	p.of.left--
	b.taken++
	b.queued--
	b.bytes -= len(p.body)
	b.pass()
	select {
	case b.freed <- struct{}{}:
	default:
	}
}

// pass moves the position over what is done.
func (b *backlog) pass() {
	for len(b.pages) > 0 && b.pages[0].left == 0 {
		b.position = b.pages[0].revision
		b.pages = b.pages[1:]
	}
}

// full says that there is enough to do, roomy that it is time to read on.
func (b *backlog) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.queued >= maxQueued || b.bytes >= maxQueuedBytes
}

func (b *backlog) roomy() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.queued <= maxQueued/2 && b.bytes <= maxQueuedBytes/2
}

// progress is how far it is: the position, how many events have been taken, and the
// time of the first that has not; zero when there is none.
func (b *backlog) progress() (position, taken int64, oldest time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.pages) > 0 {
		oldest = b.pages[0].at
	}
	return b.position, b.taken, oldest
}

// parcels encodes events.
func parcels(events []record.Event) ([]*parcel, error) {
	all := make([]*parcel, len(events))
	for i, e := range events {
		body, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encode event %s: %w", e.ID, err)
		}
		all[i] = &parcel{id: e.ID, kind: e.Type, lane: e.Subject, body: body}
	}
	return all, nil
}
