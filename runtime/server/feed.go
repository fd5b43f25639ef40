package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/protocol"
)

// reconnect is what a browser's EventSource is told to wait before it connects
// again, in milliseconds.
const reconnect = "1000"

// stayAway is what it is told once its agent has connected elsewhere: a day, in
// milliseconds. The standard has no word for never that a stream can say.
const stayAway = "86400000"

type events struct {
	// What a client knows of the last event it had is newer than what it wrote
	// into the address when it began.
	LastEventID string `header:"Last-Event-ID" maxLength:"128" doc:"The id of the last event you had: the feed goes on behind it. Wins over the cursor."`
	Cursor      string `query:"cursor" maxLength:"128" doc:"Where to go on: the id of an event, or the cursor of an answer. Without one the feed begins with a snapshot."`
	head        bool
}

// Resolve takes note of who asks for the head alone. They get no connection: it would
// end another one of the agent's (R6).
func (e *events) Resolve(ctx huma.Context) []error {
	e.head = ctx.Method() == http.MethodHead
	return nil
}

func (e *events) from() string {
	if e.LastEventID != "" {
		return e.LastEventID
	}
	return e.Cursor
}

// feed is the operation that streams events.
func (s *Server) feed(api huma.API) {
	register(api, operation{
		id: "events", method: http.MethodGet, path: "/v1/events", by: agent, middleware: s.agentOnly,
		summary: "Follow what happens",
		description: "Server-sent events of your lists and of the requests that you have joined, in order. The `id` of an event is a cursor: " +
			"it stands only where everything up to it has been sent, so several events may come before the next id, and after a break they may come again. " +
			"Ignore an event whose request version you have. The feed begins with a `snapshot`, or behind the cursor that you give. " +
			"When that cursor cannot be resumed there is a `gap` and a snapshot. " +
			"When your token runs out there is a `tokenExpired`, and before this replica stops a `draining`; connect again with the last id. " +
			"When you have connected elsewhere and one connection is what the runtime allows, there is a `replaced`; do not connect again by yourself: you would end the other one in turn.",
		problems:  []protocol.ProblemType{protocol.ProblemInvalid, protocol.ProblemDraining},
		responses: map[string]*huma.Response{"200": documentEvents(api)},
	}, func(ctx context.Context, in *events) (*huma.StreamResponse, error) {
		if in.head {
			return s.feedHead(ctx)
		}
		c := callerOf(ctx)
		conn, err := s.connect(ctx, c, in.from())
		if err != nil {
			return nil, s.notConnected(ctx, err)
		}
		return &huma.StreamResponse{Body: func(hctx huma.Context) {
			defer conn.Close()
			r, w := humago.Unwrap(hctx)
			ended := s.stream(r.Context(), conn, newSSE(w, s.View.History(), s.WriteTimeout), c.Until)
			s.log.DebugContext(r.Context(), "a feed ended", slog.Any("reason", ended))
		}}, nil
	})
}

// feedHead is what a feed begins with, and nothing of it.
func (s *Server) feedHead(ctx context.Context) (*huma.StreamResponse, error) {
	if err := s.Hub.Ready(); err != nil {
		return nil, s.notConnected(ctx, err)
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		_, w := humago.Unwrap(hctx)
		_ = newSSE(w, s.View.History(), s.WriteTimeout).begin() // whoever asked went away
	}}, nil
}

func (s *Server) notConnected(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, hub.ErrUntrusted): // between the token's judgement and now
		return problem(protocol.ProblemInvalidToken, err.Error())
	case errors.Is(err, hub.ErrDraining):
		// The client is to come back in another connection, which leads to another
		// replica: in HTTP/2 all that it does is in one.
		return huma.ErrorWithHeaders(retryAfter(problem(protocol.ProblemDraining, err.Error()), 0), http.Header{"Connection": {"close"}})
	case s.Hub.Ready() != nil:
		return retryAfter(problem(protocol.ProblemNoConfiguration, err.Error()), 0)
	}
	return s.answer(ctx, err)
}

// stream writes a connection's feed until it ends, the peer is gone, or the token
// counts no longer. It says which.
func (s *Server) stream(ctx context.Context, conn *hub.Conn, out *sse, until time.Time) error {
	ctx, cancel := context.WithDeadlineCause(ctx, until, errTokenExpired)
	defer cancel()
	if err := out.begin(); err != nil {
		return err
	}
	for {
		flush, err := conn.Next(ctx)
		switch {
		case errors.Is(err, errTokenExpired):
			return errors.Join(err, out.flush(tokenExpired(until)))
		case errors.Is(err, hub.ErrUntrusted): // a new token is what is wanted here, too
			return errors.Join(err, out.flush(tokenExpired(time.Now())))
		}
		if err != nil {
			return err
		}
		if err := out.flush(flush); err != nil {
			return err
		}
		s.delayed(flush)
	}
}

// delayed measures how long after their decisions events were written.
func (s *Server) delayed(written hub.Flush) {
	now := s.Now()
	for _, frame := range written.Frames {
		if !frame.At.IsZero() {
			s.Metrics.FeedDelay(now.Sub(frame.At))
		}
	}
}

var errTokenExpired = errors.New("the token has run out")

// sse writes server-sent events. Every write has its own deadline: a feed may last
// for days, a peer that does not read for WriteTimeout is gone.
type sse struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	history string
	buffer  bytes.Buffer
}

func newSSE(w http.ResponseWriter, history string, timeout time.Duration) *sse {
	return &sse{w: w, history: history, control: http.NewResponseController(w), timeout: timeout}
}

func (s *sse) begin() error {
	header := s.w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back until it has a buffer full
	s.w.WriteHeader(http.StatusOK)
	// The server's deadline for reading would end the connection: there is
	// nothing more to read.
	if err := s.control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	s.buffer.WriteString("retry: " + reconnect + "\n\n")
	return s.send()
}

// flush writes the events of whole revisions. The last one has the cursor as its
// id; in a long flush others have, too, wherever a revision ends.
func (s *sse) flush(f hub.Flush) error {
	if len(f.Frames) == 0 {
		f.Frames = []hub.Frame{bookmark}
	}
	end, unmarked := len(f.Frames)-1, 0
	for i, frame := range f.Frames {
		if frame.Type == protocol.EventReplaced {
			s.buffer.WriteString("retry: " + stayAway + "\n")
		}
		s.buffer.WriteString("event: " + string(frame.Type) + "\ndata: ")
		s.buffer.Write(frame.Data)
		unmarked += len(frame.Data)
		switch {
		case i == end && f.Cursor != "":
			s.buffer.WriteString("\nid: " + f.Cursor)
		case frame.Whole > 0 && unmarked >= idEvery:
			s.buffer.WriteString("\nid: " + protocol.Cursor{History: s.history, Revision: frame.Whole}.String())
			unmarked = 0
		}
		s.buffer.WriteString("\n\n")
		// In pieces, so that the deadline is for a piece and not for a large
		// snapshot on a slow line.
		if s.buffer.Len() >= piece || i == end {
			if err := s.send(); err != nil {
				return err
			}
		}
	}
	return nil
}

// idEvery is how much of a flush, in bytes, goes without an id at most, if its
// revisions allow it: what comes again after a break.
const idEvery = 2 << 10

// piece is how much is written at once: 64 KiB in DefaultWriteTimeout is 35
// kbit/s, slower than any line that is still of use.
const piece = 64 << 10

var bookmark = hub.Frame{Type: protocol.EventBookmark, Data: []byte(`{"type":"bookmark"}`)}

func (s *sse) send() error {
	defer s.buffer.Reset()
	for chunk := range slices.Chunk(s.buffer.Bytes(), piece) {
		if err := s.control.SetWriteDeadline(time.Now().Add(s.timeout)); err != nil {
			return err
		}
		if _, err := s.w.Write(chunk); err != nil {
			return err
		}
	}
	return s.control.Flush()
}

// documentEvents describes the feed's events in the API's document. OpenAPI 3.1
// has no words for streams; this lists the data of each event by its name.
func documentEvents(api huma.API) *huma.Response {
	registry := api.OpenAPI().Components.Schemas
	data := map[string]*huma.Schema{}
	for kind, value := range eventTypes {
		data[string(kind)] = registry.Schema(reflect.TypeOf(value), true, "")
	}
	return &huma.Response{
		Description: "The feed. The properties are the names of events, their schemas those of the events' data.",
		Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema: &huma.Schema{Type: huma.TypeObject, Properties: data},
		}},
	}
}

// eventTypes is the data of every event.
var eventTypes = map[protocol.EventType]any{
	protocol.EventSnapshot:       protocol.Snapshot{},
	protocol.EventReceived:       protocol.Event{},
	protocol.EventStateChanged:   protocol.Event{},
	protocol.EventMembersChanged: protocol.Event{},
	protocol.EventMessage:        protocol.Event{},
	protocol.EventRemoved:        protocol.Event{},
	protocol.EventOffer:          protocol.Event{},
	protocol.EventPresence:       protocol.Event{},
	protocol.EventAlertWithdrawn: protocol.AlertWithdrawn{},
	protocol.EventReplaced:       protocol.Replaced{},
	protocol.EventListsChanged:   protocol.ListsChanged{},
	protocol.EventGap:            protocol.Gap{},
	protocol.EventDraining:       protocol.Draining{},
	protocol.EventTokenExpired:   protocol.TokenExpired{},
	protocol.EventBookmark:       protocol.Bookmark{},
}
