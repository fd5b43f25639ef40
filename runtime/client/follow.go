package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
)

// Follow says how to follow the feed; the zero value begins with a snapshot.
type Follow struct {
	// Cursor is where to go on: an Event's, or the one of any answer.
	Cursor string
	// Disconnected is told why a connection ended, or did not come about, and how
	// long it will be until the next. Default: nobody is.
	Disconnected func(why error, wait time.Duration)
	// Silence is how long nothing at all may come before the connection counts
	// as dead. The runtime sends something every 15 s. Default 45 s.
	Silence time.Duration
}

// Events follows the feed for as long as ctx lasts, over any number of
// connections, in order and with no gap that is not told of by a gap event. An
// event that comes again after a break is left out.
//
// The last thing it gives is an error: ctx's, ErrReplaced, or a *protocol.Problem
// or *CloseError that trying again does not cure.
func (a *Agent) Events(ctx context.Context, f Follow) iter.Seq2[Event, error] {
	if f.Silence == 0 {
		f.Silence = 45 * time.Second
	}
	if f.Disconnected == nil {
		f.Disconnected = func(error, time.Duration) {}
	}
	return func(yield func(Event, error) bool) {
		follower := &follower{api: a.api, Follow: f, yield: yield, seen: map[key]bool{}, before: map[key]bool{}}
		if err := follower.run(ctx); !errors.Is(err, errStopped) {
			yield(Event{}, err)
		}
	}
}

// ErrReplaced ends the events of an agent who has connected elsewhere, where the
// runtime lets an agent have one connection (R6). To connect again by itself would
// end the other one in turn.
var ErrReplaced = errors.New("the agent has connected elsewhere, and one connection is what the runtime allows")

// errStopped: whoever ranges over the events has had enough.
var errStopped = errors.New("stopped")

type follower struct {
	*api
	Follow
	yield func(Event, error) bool
	// seen are the events since the cursor: they come again after a break. had
	// counts those that this connection brought. before are those since the cursor
	// before: one that stays where it is stands before what it came with, which comes
	// again until a connection moves it.
	seen, before map[key]bool
	had          map[key]int
	// pause is how long the runtime asked to stay away.
	pause time.Duration
	// received says that the connection brought something, progress that it moved
	// the cursor.
	received, progress bool
}

// key tells an event from all others since the cursor. What has no version of its
// own, or shares it with others of its kind, is told by its place among them: after
// a break they come in the same order.
type key struct {
	kind    protocol.EventType
	request string
	version int64
	place   int
}

func (f *follower) run(ctx context.Context) error {
	wait := backoff{least: 100 * time.Millisecond, most: 5 * time.Second}
	refused := 0
	for {
		f.received, f.progress, f.pause, f.had = false, false, 0, map[key]int{}
		err := f.connection(ctx)
		switch {
		case errors.Is(err, errStopped), errors.Is(err, ErrReplaced):
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		if f.progress {
			wait.reset()
		}
		if f.received {
			refused = 0
		}
		if final(err) {
			// A token may have run out since its source gave it; the next one is
			// fresh. A second refusal is meant.
			if refused++; !IsProblem(err, protocol.ProblemInvalidToken) || refused > 1 {
				return err
			}
		}
		pause := wait.next(max(f.pause, retryAfter(err)))
		f.Disconnected(err, pause)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// final says whether a connection ended in a way that another one will, too.
func final(err error) bool {
	var closed *CloseError
	if errors.As(err, &closed) {
		return !closed.Code.Reconnect()
	}
	var p *protocol.Problem
	return errors.As(err, &p) && !passing(err) && p.Status < http.StatusInternalServerError
}

var errSilent = errors.New("nothing came for too long: the connection is dead")

// connection follows one connection to its end.
func (f *follower) connection(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(f.Silence, func() { cancel(errSilent) })
	defer watchdog.Stop()
	alive := func() { watchdog.Reset(f.Silence) }
	if f.options.Binding == WebSocket {
		return because(ctx, f.socket(ctx, alive))
	}
	return because(ctx, f.stream(ctx, alive))
}

func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (f *follower) take(frame frame) error {
	f.received = true
	event := Event{Type: protocol.EventType(frame.event), Cursor: frame.id, Data: frame.data}
	value, err := event.Value()
	if err != nil {
		return err
	}
	event.value = value
	again, end := false, error(nil)
	switch v := value.(type) {
	case *protocol.Event:
		again = f.again(key{kind: event.Type, request: v.RequestID, version: v.Version})
	case *protocol.AlertWithdrawn:
		again = f.again(key{kind: event.Type, request: v.Request})
	case *protocol.Gap: // versions of another history may come again
		clear(f.seen)
		clear(f.before)
	case *protocol.Draining:
		f.pause = time.Duration(v.ReconnectAfterMs) * time.Millisecond
	case *protocol.Replaced:
		end = ErrReplaced
	}
	if event.Cursor != "" && event.Cursor != f.Cursor {
		f.progress, f.Cursor = true, event.Cursor
		f.seen, f.before = f.before, f.seen
		clear(f.seen)
		clear(f.had)
	}
	// An event that comes again may have moved the cursor: that is worth a word.
	if again && event.Cursor == "" {
		return nil
	}
	if again {
		event = Event{Type: protocol.EventBookmark, Cursor: event.Cursor, Data: bookmark}
	}
	if !f.yield(event, nil) {
		return errStopped
	}
	return end
}

// again says whether an event has been received over an earlier connection.
func (f *follower) again(k key) bool {
	f.had[k]++
	k.place = f.had[k]
	again := f.seen[k] || k.version > 0 && !f.progress && f.before[k]
	f.seen[k] = true
	return again
}
