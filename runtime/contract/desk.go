package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/socketio"
)

// desk is one connected desk.
type desk struct {
	face   *Face
	socket *socketio.Socket
	feed   *hub.Conn
	names  []string // what the agent may be called; the first is the token's
	had    int64    // what was raised up to here the agent has been told of before

	mu      sync.Mutex
	caller  gate.Caller // of the newest token
	picture *picture

	kept time.Time // when what the agent has had was last written down; of run alone
}

var errTokenExpired = errors.New("the token has run out")

// run tells the desk what happens, until one of both ends.
func (d *desk) run() {
	ctx := d.socket.Context()
	err := d.follow(ctx)
	d.feed.Close()
	switch {
	case ctx.Err() != nil: // the desk has gone
	case errors.Is(err, hub.ErrReplaced):
		d.socket.Disconnect("replaced")
	case errors.Is(err, hub.ErrUntrusted):
		d.tell(newPacket(errorsEvent, refuse(invalidToken, "whoever vouched for you is not trusted any more: sign in again").event("auth")))
		d.socket.Disconnect(invalidToken)
	case errors.Is(err, errTokenExpired):
		d.tell(newPacket(errorsEvent, refuse(tokenExpired, "your token has run out: sign in again").event("auth")))
		d.socket.Disconnect(tokenExpired)
	default:
		d.socket.Drop(err.Error())
	}
	d.face.Log.Debug("a desk's feed ended", "reason", err)
	if d.face.memory.owes(d.names[0]) {
		d.keep(context.WithoutCancel(ctx))
	}
}

// follow tells the desk of one flush of the feed after the other, and says why there
// is none any more.
func (d *desk) follow(ctx context.Context) error {
	owed := false // there was something to ring for since the desk was asked what it has
	for {
		flush, err := d.next(ctx)
		if err != nil {
			return err
		}
		rang, err := d.take(flush)
		if err != nil {
			return err
		}
		owed = owed || rang
		if owed && flush.Cursor != "" { // without one it is a part of a large snapshot
			d.proveTo(flush.Cursor)
			owed = false
		}
		if d.face.Now().Sub(d.kept) >= keepEvery && d.face.memory.owes(d.names[0]) {
			d.keep(ctx)
		}
	}
}

// next waits for a flush for as long as the token counts, the newest one.
func (d *desk) next(ctx context.Context) (hub.Flush, error) {
	for {
		d.mu.Lock()
		until := d.caller.Until
		d.mu.Unlock()
		bounded, cancel := context.WithDeadlineCause(ctx, until, errTokenExpired)
		flush, err := d.feed.Next(bounded)
		cancel()
		if errors.Is(err, errTokenExpired) && d.renewedSince(until) {
			continue
		}
		return flush, err
	}
}

func (d *desk) renewedSince(until time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.caller.Until.After(until)
}

// take tells the desk what a flush means, and says whether it had anything to ring for.
func (d *desk) take(flush hub.Flush) (rang bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.picture.begin()
	for _, frame := range flush.Frames {
		if err := d.frame(frame); err != nil {
			return false, err
		}
	}
	now := d.face.Now()
	for _, frame := range flush.Frames {
		if !frame.At.IsZero() {
			d.face.Metrics.FeedDelay(now.Sub(frame.At))
		}
	}
	return d.picture.rang, nil
}

// frame tells the desk what one frame of the feed means.
func (d *desk) frame(frame hub.Frame) error {
	switch frame.Type {
	case protocol.EventReceived, protocol.EventStateChanged, protocol.EventMembersChanged, protocol.EventMessage, protocol.EventRemoved:
		f, err := d.face.facts.of(frame, d.config())
		if err != nil {
			return err
		}
		return d.picture.event(f)
	case protocol.EventSnapshot:
		return read(frame, func(s *protocol.Snapshot) error { return d.picture.snapshot(s) })
	case protocol.EventListsChanged:
		return read(frame, func(l *protocol.ListsChanged) error { return d.picture.listsAre(l.Lists) })
	case protocol.EventAlertWithdrawn:
		return read(frame, func(w *protocol.AlertWithdrawn) error { return d.picture.withdrawn(*w) })
	case protocol.EventReplaced:
		d.tell(newPacket(sessionRemovedEvent, map[string]string{"agentId": d.names[0]}))
	}
	return nil // what the contract has no word for
}

func read[T any](frame hub.Frame, take func(*T) error) error {
	value := new(T)
	if err := json.Unmarshal(frame.Data, value); err != nil {
		return fmt.Errorf("read a %s of the feed: %w", frame.Type, err)
	}
	return take(value)
}

// tell sends packets. That the socket has ended, or ends because of it, is what its
// context says.
func (d *desk) tell(packets ...*packet) {
	for _, p := range packets {
		m, err := p.message()
		if err == nil {
			err = d.socket.EmitPrepared(m)
		}
		if err != nil {
			d.face.Log.Debug("a desk was not told", "event", p.event, "reason", err)
		}
	}
}

// proveTo notes that the agent has had everything up to a cursor, once the desk has
// proven it.
func (d *desk) proveTo(cursor string) {
	at, err := protocol.ParseCursor(cursor)
	if err == nil { // it is the hub's own
		d.socket.Probe(func() { d.face.memory.heard(d.names[0], at.Revision) })
	}
}

// keepTimeout bounds a write that nobody waits for.
const keepTimeout = 5 * time.Second

func (d *desk) keep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, keepTimeout)
	defer cancel()
	d.kept = d.face.Now()
	if err := d.face.memory.keep(ctx, d.names[0]); err != nil {
		d.face.Log.Warn("could not write down which alerts an agent has had: they may ring again", "error", err)
	}
}

// What a picture asks for; under mu.

// pace lets go of mu: what the desk asks for meanwhile is in the way of its answer.
func (d *desk) pace() error {
	d.mu.Unlock()
	defer d.mu.Lock()
	had := make(chan struct{})
	d.socket.Probe(func() { close(had) })
	select {
	case <-had:
		return nil
	case <-d.socket.Done():
		return context.Cause(d.socket.Context())
	}
}

func (d *desk) config() *snapshot.Index { return d.face.View.Config() }

func (d *desk) now() time.Time { return d.face.Now() }

func (d *desk) shown(id string) *protocol.Request { return d.face.shown(d.caller.Agent, id) }

func (d *desk) unheard(id string, generation int64) bool {
	e := d.face.View.Request(id)
	return e != nil && e.Doc.Alert.Generation == generation && e.AlertRevision > d.had
}

// conversation is empty where there is none any more for the agent.
func (d *desk) conversation(id string) (protocol.Conversation, error) {
	c, err := d.face.Executor.Conversation(d.socket.Context(), d.caller.Agent, id)
	var refused *command.Error
	if errors.As(err, &refused) && refused.Reason == command.UnknownRequest {
		return protocol.Conversation{}, nil
	}
	return c, err
}
