package server

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/protocol"
)

// socketPath is where the feed's other binding is: the same events as at /v1/events,
// and calls in the same connection.
const socketPath = "/v1/ws"

// serveSocket begins a WebSocket. Who shows a token in the header is told in HTTP if
// they are not let in; who cannot says hello, and is told by how they are closed.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if lacking := unfit(r); lacking != "" {
		upgradeRequired(w, r, lacking)
		return
	}
	if !s.Gate.Origin(r) {
		write(w, problem(protocol.ProblemOrigin, foreign))
		return
	}
	var caller gate.Caller
	var conn *hub.Conn
	if r.Header.Get("Authorization") != "" {
		var err error
		if caller, err = s.admit(r); err != nil {
			write(w, err)
			return
		}
		if conn, err = s.enter(r.Context(), caller, r.URL.Query().Get("cursor")); err != nil {
			write(w, s.notConnected(r.Context(), err))
			return
		}
	}
	if !s.sockets.begin() {
		if conn != nil {
			conn.Close()
		}
		write(w, s.notConnected(r.Context(), hub.ErrDraining))
		return
	}
	socket, err := upgrade(w, r, s.WriteTimeout, s.pace.silence)
	if err != nil {
		if conn != nil {
			conn.Close()
		}
		s.sockets.remove(nil)
		return
	}
	// In a goroutine of its own, so that what served the request is given back: a
	// connection that is idle, as most are, costs what it needs.
	session := newSession(s, context.WithoutCancel(r.Context()), socket)
	s.sockets.add(session)
	go session.run(caller, conn)
}

// unfit is what a handshake lacks; empty where that is nothing. It is asked before
// anything is begun: a connection that then comes to nothing would have ended another
// one of its agent's (R6).
func unfit(r *http.Request) string {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	switch {
	case r.Method != http.MethodGet, !websocket.IsWebSocketUpgrade(r):
		return "this address speaks WebSocket: connect with ws:// or wss://, or follow the feed at /v1/events"
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return "this address speaks version 13 of WebSocket: say so in Sec-WebSocket-Version"
	case err != nil, len(key) != 16:
		return "a WebSocket's handshake has a Sec-WebSocket-Key of 16 bytes in base64"
	}
	return ""
}

// enter begins a caller's feed, which is a call like any other to their rate limit.
func (s *Server) enter(ctx context.Context, c gate.Caller, cursor string) (*hub.Conn, error) {
	if err := paced(s.Gate.Allow(c.Name)); err != nil {
		return nil, err
	}
	return s.connect(ctx, c, cursor)
}

// connect begins a caller's feed.
func (s *Server) connect(ctx context.Context, c gate.Caller, cursor string) (*hub.Conn, error) {
	return s.Hub.Connect(ctx, c.Agent, cursor, hub.VouchedBy(c.Issuer))
}

// upgradeRequired answers who asked in HTTP for what only a WebSocket gives.
func upgradeRequired(w http.ResponseWriter, r *http.Request, detail string) {
	if r.ProtoMajor == 1 { // later ones have no such headers
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Sec-WebSocket-Version", "13")
	}
	write(w, problem(protocol.ProblemUpgrade, detail))
}
