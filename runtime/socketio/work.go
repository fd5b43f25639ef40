package socketio

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
)

// maxWork is how much of one client waits for its handler before no more is read.
const maxWork = 64

// work does what a client's packets ask for: one after the other, in a goroutine
// that is there as long as something is to do.
type work struct {
	server *Server

	mu      sync.Mutex
	room    sync.Cond // for mu: there may be room
	queue   []func()
	running bool
	closed  bool // for more
}

func (w *work) init(server *Server) {
	w.server = server
	w.room.L = &w.mu
}

// add queues, and waits while there is no room. What comes after close is dropped.
func (w *work) add(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) >= maxWork && !w.closed {
		w.room.Wait()
	}
	w.push(do)
}

// last queues behind everything, room or not.
func (w *work) last(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.push(do)
}

func (w *work) push(do func()) {
	if w.closed {
		return
	}
	w.queue = append(w.queue, do)
	if !w.running {
		w.running = true
		w.server.running.Add(1) // counted while its connection still is
		go w.run()
	}
}

// close takes no more; what is queued is still done.
func (w *work) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.room.Broadcast()
}

func (w *work) run() {
	defer w.server.running.Done()
	for {
		w.mu.Lock()
		if len(w.queue) == 0 {
			w.running, w.queue = false, nil
			w.mu.Unlock()
			return
		}
		do := w.queue[0]
		w.queue[0] = nil
		w.queue = w.queue[1:]
		w.room.Signal()
		w.mu.Unlock()
		do()
	}
}

// guard is deferred around what the server's user wrote: a fault there ends one
// client, not the process.
func (s *Socket) guard() {
	cause := recover()
	if cause == nil {
		return
	}
	// What a handler panics with can hold anything, also a customer's words; a
	// fault of the Go runtime holds indexes and types.
	said := fmt.Sprintf("%T", cause)
	var fault runtime.Error
	if err, is := cause.(error); is && errors.As(err, &fault) {
		said = fault.Error()
	}
	s.conn.server.options.Log.Error("a handler panicked", slog.String("panic", said), slog.String("stack", string(debug.Stack())))
	s.conn.session.Abort(ErrPanic)
}
