package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// room is the bare server: whatever is posted to it goes to everybody.
type room struct {
	pumps bool

	mu    sync.Mutex
	conns map[*websocket.Conn]chan *websocket.PreparedMessage
}

// bare serves a room until ctx ends.
func bare(ctx context.Context, pumps bool, say func(url string) error) error {
	r := &room{pumps: pumps, conns: map[*websocket.Conn]chan *websocket.PreparedMessage{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/ws", r.enter)
	mux.HandleFunc("POST /", r.broadcast)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{Handler: mux}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if err := say("http://" + l.Addr().String()); err != nil {
		return err
	}
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

var upgrader websocket.Upgrader

// enter takes a connection in. As the library's own example has it, goroutines of the
// connection's own see to it, so that what served the request is given back.
func (r *room) enter(w http.ResponseWriter, req *http.Request) {
	conn, err := upgrader.Upgrade(w, req, nil)
	if err != nil {
		return
	}
	queue := make(chan *websocket.PreparedMessage, 16)
	r.mu.Lock()
	r.conns[conn] = queue
	r.mu.Unlock()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"welcome"}`)); err != nil {
		return
	}
	if r.pumps {
		go func() {
			for message := range queue {
				_ = conn.WritePreparedMessage(message)
			}
		}()
	}
	go func() {
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				break
			}
		}
		r.mu.Lock()
		delete(r.conns, conn)
		close(queue)
		r.mu.Unlock()
		_ = conn.Close()
	}()
}

func (r *room) broadcast(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	message, err := websocket.NewPreparedMessage(websocket.TextMessage, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for conn, queue := range r.conns {
		if r.pumps {
			queue <- message
		} else {
			_ = conn.WritePreparedMessage(message)
		}
	}
}
