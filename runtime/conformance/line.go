package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// line is one connection of a feed. The suite reads both bindings for itself: it holds
// a runtime to what goes over the wire, and not to what a client makes of it.
type line struct {
	// next gives what comes next; errStayAway where another connection is not wanted.
	next  func() ([]*Event, error)
	close func()
}

var errStayAway = errors.New("the runtime closed the connection, and asked not to come again")

// open opens one that goes on behind what was recorded. The problem is what the
// runtime answered instead.
func (f *Feed) open(ctx context.Context, base string) (*line, *protocol.Problem, error) {
	if f.c.binding == client.WebSocket {
		return f.socket(ctx, base)
	}
	return f.stream(ctx, base)
}

// stream opens a stream of server-sent events.
func (f *Feed) stream(ctx context.Context, base string) (*line, *protocol.Problem, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v1/events", nil)
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+f.c.token)
	if cursor := f.Cursor(); cursor != "" {
		request.Header.Set("Last-Event-ID", cursor)
	}
	response, err := f.c.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, refusal(response), nil
	}
	lines := bufio.NewReaderSize(response.Body, 64<<10)
	return &line{
		next: func() ([]*Event, error) {
			e, err := next(lines)
			return []*Event{e}, err
		},
		close: func() { _ = response.Body.Close() },
	}, nil, nil
}

func refusal(response *http.Response) *protocol.Problem {
	var body bytes.Buffer
	_, _ = body.ReadFrom(response.Body) // what could be read is judged
	return problemOf(response, body.Bytes())
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

// socket opens a WebSocket.
func (f *Feed) socket(ctx context.Context, base string) (*line, *protocol.Problem, error) {
	query := url.Values{}
	if cursor := f.Cursor(); cursor != "" {
		query.Set("cursor", cursor)
	}
	dialer := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}}
	conn, response, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(base, "http")+"/v1/ws?"+query.Encode(),
		http.Header{"Authorization": {"Bearer " + f.c.token}})
	if errors.Is(err, websocket.ErrBadHandshake) {
		return nil, refusal(response), nil
	}
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return &line{
		next: func() ([]*Event, error) { return nextMessage(conn) },
		close: func() {
			stop()
			_ = conn.Close()
		},
	}, nil, nil
}

// nextMessage reads the events of one message; of none that is no message of events.
func nextMessage(conn *websocket.Conn) (events []*Event, err error) {
	var m protocol.Events
	var closed *websocket.CloseError
	if err := conn.ReadJSON(&m); errors.As(err, &closed) && !protocol.CloseCode(closed.Code).Reconnect() {
		return nil, errStayAway
	} else if err != nil {
		return nil, err
	}
	if m.Type == protocol.MessageEvents && len(m.Events) == 0 {
		return []*Event{bookmark(m.Cursor)}, nil
	}
	for i, data := range m.Events {
		var of struct{ Type protocol.EventType }
		if err := json.Unmarshal(data, &of); err != nil {
			return nil, err
		}
		e := &Event{}
		e.Type = of.Type
		if i == len(m.Events)-1 {
			e.Cursor = m.Cursor
		}
		if err := e.read(data); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func bookmark(cursor string) *Event {
	e := &Event{Cursor: cursor}
	e.Type = protocol.EventBookmark
	return e
}
