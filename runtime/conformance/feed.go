package conformance

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
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
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v1/events", nil)
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "Bearer "+f.c.token)
	if cursor := f.Cursor(); cursor != "" {
		request.Header.Set("Last-Event-ID", cursor)
	}
	response, err := f.c.http.Do(request)
	if err != nil {
		return true
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		var body bytes.Buffer
		_, _ = body.ReadFrom(response.Body)
		p := problemOf(response, body.Bytes())
		if passing(p) {
			return true
		}
		f.mu.Lock()
		f.refused = p
		f.signal()
		f.mu.Unlock()
		return false
	}
	f.mu.Lock()
	maps.Copy(f.again, f.seen)
	f.mu.Unlock()
	lines := bufio.NewReaderSize(response.Body, 64<<10)
	for {
		event, err := next(lines)
		if err != nil {
			return true
		}
		if f.record(event); event.Type == protocol.EventReplaced {
			return false // another session has taken over (R6)
		}
	}
}

// next reads one server-sent event.
func next(lines *bufio.Reader) (*Event, error) {
	e, data := &Event{}, []byte(nil)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			if data != nil {
				return e, e.read(data)
			}
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "event":
			e.Type = protocol.EventType(value)
		case "data":
			data = append(data, value...)
		case "id":
			e.Cursor = string(value)
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
