package conformance

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
)

// sessionCases are slow feeds and several feeds of one agent: R5, R6.
var sessionCases = []Case{
	{Rule: "R5", Name: "who-does-not-read", Run: func(t *T) {
		slow, quick, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		slow.Join(id)
		quick.Join(id)
		slow.Flush()
		cursor := slow.Feed.Drop()
		stalled := slow.stall(cursor)
		slow.Feed.Connect(cursor) // a member's presence is another connection's business
		slow.Feed.Drop()
		const messages = 300 // of 60,000 bytes: more than any buffer on the way
		text := strings.Repeat("x", 60_000)
		keep := slow.Another()
		keep.Connect() // so that the slow agent stays a member
		for i := range messages {
			c.Write(fmt.Sprint(i, " ", text))
		}
		// Nobody else waited.
		quick.Await("the last message", 0, numbered(messages-1))
		had := stalled.read(t)
		t.Check(!had.messages[messages-1], "%d messages, of 18 MB, were kept for who does not read, who was not cut off", messages)
		slow.Feed.Connect(had.cursor)
		slow.Await("the last message, after a resume", 0, numbered(messages-1))
		for _, e := range slow.Feed.All(0) {
			had.note(e)
		}
		for i := range messages {
			t.Check(had.messages[i], "message %d of %d is missing, and no gap was told of", i, messages)
		}
	}},
	{Rule: "R6", Name: "allow", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		second := d.Another()
		second.Connect()
		c.Again(id)
		for _, one := range []*Desk{d, second} {
			one.Await("the message on both sessions", 0, func(e *Event) bool { return e.about(id) && e.Message != nil && e.Message.Text == "Hello?" })
		}
		second.Feed.Drop()
		d.Flush()
		t.Check(member(d.Row(id), d.Name) != nil, "the membership ended with the second session: %s", show(d.Row(id)))
	}},
	{Rule: "R6", Name: "replace", Needs: []Need{Apply}, Alone: true, Run: func(t *T) {
		policy := func(ctx context.Context, p string) error {
			s := t.Target.Setting
			s.SessionPolicy = p
			yaml, err := s.render(nil, "runtime")
			if err != nil {
				return err
			}
			return t.Target.Apply(ctx, yaml)
		}
		t.Cleanup(func(ctx context.Context) { _ = policy(ctx, "Allow") })
		if err := policy(t.Context, "Replace"); err != nil {
			t.Fatalf("apply: %v", err)
		}
		c := t.Customer(collab)
		var first, second *Desk
		// Sessions that began before the policy is in force everywhere live on: pairs
		// are tried until the younger one ends the older.
		t.Eventually("the replacement of a session", func() string {
			first = t.Rep(collab)
			second = first.Another()
			second.Connect()
			soon, cancel := context.WithTimeout(t.Context, time.Second)
			defer cancel()
			if _, _, err := first.Feed.wait(soon, 0, replaced); err != nil {
				first.Feed.Drop()
				second.Feed.Drop()
				return "both go on"
			}
			return ""
		})
		id := c.Open()
		second.Hears(id, protocol.EventReceived)
		second.Join(id)
		third := second.Another()
		third.Connect()
		second.Await("that it is replaced", 0, replaced)
		c.Again(id)
		third.Await("the message", 0, func(e *Event) bool { return e.about(id) && e.Message != nil })
		third.Told(id, "message")
		t.Check(member(third.Row(id), third.Name) != nil, "the membership ended with the session: %s", show(third.Row(id)))
		t.Check(len(first.About(id)) == 0, "the replaced session got %v", first.About(id))
	}},
}

func replaced(e *Event) bool { return e.Type == protocol.EventReplaced }

// stalled is a connection of the feed that nobody reads.
type stalled struct {
	response *http.Response
	cursor   string
	messages map[int]bool
}

// stall opens a feed and reads nothing of it.
func (d *Desk) stall(cursor string) *stalled {
	in, err := http.NewRequestWithContext(d.t.Context, http.MethodGet, d.base(0)+"/v1/events", nil)
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	in.Header.Set("Authorization", "Bearer "+d.token)
	in.Header.Set("Last-Event-ID", cursor)
	response, err := d.http.Do(in)
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	d.t.Cleanup(func(context.Context) { response.Body.Close() })
	return &stalled{response: response, cursor: cursor, messages: map[int]bool{}}
}

// read reads what there is of it, to its end or to the last message, whichever
// comes first.
func (s *stalled) read(t *T) *stalled {
	defer s.response.Body.Close()
	lines := bufio.NewReader(s.response.Body)
	for {
		e, err := next(lines)
		if err != nil {
			return s // cut off
		}
		s.note(e)
		if e.Cursor != "" {
			s.cursor = e.Cursor
		}
		if s.messages[299] {
			return s
		}
	}
}

// note takes down which message an event brought.
func (s *stalled) note(e *Event) {
	var n int
	if e.Message == nil {
		return
	}
	if _, err := fmt.Sscanf(e.Message.Text, "%d ", &n); err == nil {
		s.messages[n] = true
	}
}

// numbered means the message that begins with a number.
func numbered(n int) func(*Event) bool {
	return func(e *Event) bool { return e.Message != nil && strings.HasPrefix(e.Message.Text, fmt.Sprint(n, " ")) }
}
