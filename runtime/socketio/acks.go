package socketio

import (
	"encoding/json"
	"log/slog"
	"sync/atomic"

	"github.com/pullmode/operator/runtime/socketio/internal/engine"
)

// acks are the answers that a client owes.
type acks struct {
	last uint64
	owed map[uint64]func([]json.RawMessage)
}

// forNobody is the id of answers that nobody waits for; EmitAck counts from behind it.
const forNobody = 0

// maxOwed is how many answers a client may owe: the queue's default.
const maxOwed = 1024

// EmitAck is Emit with an answer: ack gets the client's arguments, in order with its
// events and by the same goroutine; it is not called when the socket ends first. A
// client that owes more than 1024 answers is cut off with ErrSlow.
func (s *Socket) EmitAck(event string, args []any, ack func(args []json.RawMessage)) error {
	if err := s.over(); err != nil {
		return err
	}
	s.mu.Lock()
	s.acks.last++
	id := s.acks.last
	slow := len(s.acks.owed) >= maxOwed
	if s.acks.owed == nil {
		s.acks.owed = map[uint64]func([]json.RawMessage){}
	}
	s.acks.owed[id] = ack
	s.mu.Unlock()
	if slow {
		s.conn.session.Abort(ErrSlow)
		return ErrSlow
	}
	text, err := encodeEvent(event, args, &id)
	if err == nil {
		err = s.send(engine.Text(text))
	}
	if err != nil {
		s.settle(id)
	}
	return err
}

func (s *Socket) settle(id uint64) func([]json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	settled := s.acks.owed[id]
	delete(s.acks.owed, id)
	return settled
}

// answered hands an answer to whoever asked. One that nobody asked for is dropped.
func (s *Socket) answered(id uint64, args []json.RawMessage) {
	if settled := s.settle(id); settled != nil && s.ctx.Err() == nil {
		defer s.guard()
		settled(args)
	}
}

// acknowledge is how a handler answers a packet that asks for it.
func (s *Socket) acknowledge(id uint64) func(args ...any) {
	var done atomic.Bool
	return func(args ...any) {
		if done.Swap(true) {
			return
		}
		text, err := encodeAck(id, args)
		if err != nil {
			s.conn.server.options.Log.Error("an acknowledgement could not be sent", slog.Any("error", err))
			return
		}
		_ = s.send(engine.Text(text)) // a client that is gone needs no answer
	}
}
