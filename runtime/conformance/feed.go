package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
)

// Feed records everything that one agent is told, in order, over any number of
// connections.
type Feed struct {
	c *caller

	mu      sync.Mutex
	events  []*Event
	cursor  string
	more    chan struct{}     // closed when something is recorded
	seen    map[key]bool      // since the cursor
	again   map[key]bool      // had on an earlier connection: they may come again (R1)
	refused *protocol.Problem // why it cannot go on
	cancel  context.CancelFunc
	done    chan struct{}
}

func newFeed(c *caller) *Feed {
	return &Feed{c: c, more: make(chan struct{}), seen: map[key]bool{}, again: map[key]bool{}}
}

// Connect follows the feed from a cursor on; with none it begins with a snapshot. A
// connection that breaks is made again behind what was recorded.
func (f *Feed) Connect(cursor string) {
	ctx, cancel := context.WithCancel(context.Background())
	f.mu.Lock()
	if cursor != f.cursor {
		clear(f.seen)
	}
	f.cursor, f.cancel, f.done, f.refused = cursor, cancel, make(chan struct{}), nil
	done := f.done
	f.mu.Unlock()
	go func() {
		defer close(done)
		f.follow(ctx)
	}()
}

// Drop ends the connection and gives the cursor to go on from.
func (f *Feed) Drop() string {
	f.mu.Lock()
	cancel, done := f.cancel, f.done
	f.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
	return f.Cursor()
}

// Cursor is the place up to which everything has been recorded.
func (f *Feed) Cursor() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cursor
}

func (f *Feed) follow(ctx context.Context) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		if again := f.connection(ctx, f.c.base(attempt)); !again {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// connection follows one connection to its end, and says whether to make another.
func (f *Feed) connection(ctx context.Context, base string) (again bool) {
	line, refused, err := f.open(ctx, base)
	switch {
	case err != nil || passing(refused):
		return true
	case refused != nil:
		f.mu.Lock()
		defer f.mu.Unlock()
		f.refused = refused
		f.signal()
		return false
	}
	defer line.close()
	f.mu.Lock()
	maps.Copy(f.again, f.seen)
	f.mu.Unlock()
	for {
		events, err := line.next()
		if err != nil {
			return !errors.Is(err, errStayAway)
		}
		for _, e := range events {
			if f.record(e); e.Type == protocol.EventReplaced {
				return false // another session has taken over (R6)
			}
		}
	}
}

func (f *Feed) record(e *Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := key{e.Type, e.RequestID, e.Version}
	e.Repeated = f.again[k]
	f.seen[k] = true
	f.events = append(f.events, e)
	if e.Cursor != "" {
		f.cursor = e.Cursor
		clear(f.seen)
		clear(f.again)
	}
	f.signal()
}

// key tells an event from all others.
type key struct {
	kind    protocol.EventType
	request string
	version int64
}

func (f *Feed) signal() {
	close(f.more)
	f.more = make(chan struct{})
}

// All are the events so far; from skips as many.
func (f *Feed) All(from int) []*Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.events[min(from, len(f.events)):])
}

// Len is how many events there are so far.
func (f *Feed) Len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.events)
}

// wait gives the first event at or behind from that is meant. Without one within
// the patience, it gives nil.
func (f *Feed) wait(ctx context.Context, from int, meant func(*Event) bool) (*Event, int, error) {
	for {
		f.mu.Lock()
		events, more, refused := f.events, f.more, f.refused
		f.mu.Unlock()
		for ; from < len(events); from++ {
			if meant(events[from]) {
				return events[from], from, nil
			}
		}
		if refused != nil {
			return nil, 0, fmt.Errorf("%w: %s", errEnded, said(refused))
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, 0, context.Cause(ctx)
		}
	}
}
