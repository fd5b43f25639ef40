package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/socketio"
)

// ended waits for a socket's end and tells why.
func ended(t *testing.T, s *socketio.Socket) error {
	t.Helper()
	select {
	case <-s.Done():
		return context.Cause(s.Context())
	case <-time.After(patience):
		t.Fatal("the socket goes on")
		return nil
	}
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func TestWhyASocketEnds(t *testing.T) {
	long := `42["say","` + strings.Repeat("x", 2000) + `"]`
	tests := map[string]struct {
		words []string
		want  error
	}{
		"the client disconnects":            {[]string{"41"}, socketio.ErrLeft},
		"the client closes":                 {[]string{"1"}, socketio.ErrLeft},
		"a handler drops it":                {[]string{`42["drop"]`}, socketio.ErrDisconnected},
		"a handler disconnects it":          {[]string{`42["bye"]`}, socketio.ErrDisconnected},
		"a handler panics":                  {[]string{`42["crash"]`}, socketio.ErrPanic},
		"it is not read":                    {[]string{`42["flood"]`}, socketio.ErrSlow},
		"a packet too large":                {[]string{long}, socketio.ErrProtocol},
		"an empty packet":                   {[]string{""}, socketio.ErrProtocol},
		"an empty message":                  {[]string{"4"}, socketio.ErrProtocol},
		"an unknown type":                   {[]string{"9"}, socketio.ErrProtocol},
		"a ping of an older protocol":       {[]string{"2"}, socketio.ErrProtocol},
		"an upgrade that is none":           {[]string{"5"}, socketio.ErrProtocol},
		"an unknown type of message":        {[]string{"47"}, socketio.ErrProtocol},
		"an event that is no JSON":          {[]string{`42["say"`}, socketio.ErrProtocol},
		"an event with something behind it": {[]string{`42["say"]x`}, socketio.ErrProtocol},
		"an event that is no array":         {[]string{`42{"a":1}`}, socketio.ErrProtocol},
		"an event that is null":             {[]string{`42null`}, socketio.ErrProtocol},
		"an event without a name":           {[]string{`42[]`}, socketio.ErrProtocol},
		"an event whose name is a number":   {[]string{`42[1]`}, socketio.ErrProtocol},
		"an event whose name is null":       {[]string{`42[null]`}, socketio.ErrProtocol},
		"an event with a reserved name":     {[]string{`42["disconnect"]`}, socketio.ErrProtocol},
		"an event without anything":         {[]string{`42`}, socketio.ErrProtocol},
		"an id that is too large":           {[]string{`429007199254740992["echo"]`}, socketio.ErrProtocol},
		"an id of a hundred digits":         {[]string{`42` + strings.Repeat("9", 100) + `["echo"]`}, socketio.ErrProtocol},
		"an answer without an id":           {[]string{`43[]`}, socketio.ErrProtocol},
		"an answer that is no array":        {[]string{`431{}`}, socketio.ErrProtocol},
		"a second CONNECT":                  {[]string{`40`}, socketio.ErrProtocol},
		"a CONNECT_ERROR":                   {[]string{`44{"message":"x"}`}, socketio.ErrProtocol},
		"a DISCONNECT with words":           {[]string{`41{}`}, socketio.ErrProtocol},
		"an event of another namespace":     {[]string{`42/admin,["say"]`}, socketio.ErrProtocol},
		"attachments without a number":      {[]string{`45["say"]`}, socketio.ErrProtocol},
		"no attachments":                    {[]string{`450-["say"]`}, socketio.ErrProtocol},
		"a million attachments":             {[]string{`451000000-["say"]`}, socketio.ErrProtocol},
		"a packet amid attachments":         {[]string{`451-["say"]`, `42["say"]`}, socketio.ErrProtocol},
		"an array as deep as a well":        {[]string{`42["say",` + strings.Repeat("[", 900) + `]`}, socketio.ErrProtocol},
	}
	for name, tc := range tests {
		for transport := range map[string]bool{"websocket": true, "polling": true} {
			t.Run(transport+"/"+name, func(t *testing.T) {
				sockets := make(chan *socketio.Socket, 1)
				server, url := serve(t, socketio.Options{Connect: connectTo(sockets), MaxPayload: 1500, Log: quiet(), QueueMessages: 64})
				if transport == "websocket" {
					c := talking(t, url)
					for _, word := range tc.words {
						c.say(word)
					}
				} else {
					p := polled(t, url)
					status, body := fetch(t, http.MethodPost, p.url, strings.Join(tc.words, "\x1e"), nil)
					if status != http.StatusOK && !(errors.Is(tc.want, socketio.ErrProtocol) && strings.HasPrefix(body, `{"code":3`)) {
						t.Errorf("answered %d %s", status, body)
					}
				}
				if got := ended(t, <-sockets); !errors.Is(got, tc.want) {
					t.Errorf("it ended because %v, want %v", got, tc.want)
				}
				// What one client does is nothing to the others.
				other := talking(t, url)
				other.say(`420["echo",1]`)
				other.expect(`430[1]`)
				eventually(t, func() bool { return server.Sockets() == 1 })
			})
		}
	}
}

func TestWhoIsGoneEnds(t *testing.T) {
	pinged, unpinged := socketio.Options{PingInterval: time.Second}, socketio.Options{PingInterval: time.Hour}
	tests := map[string]struct {
		options socketio.Options
		do      func(t *testing.T, url string)
		want    error
	}{
		"closes its WebSocket": {unpinged, func(t *testing.T, url string) {
			c := talking(t, url)
			_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Now().Add(patience))
		}, socketio.ErrLeft},
		"loses its WebSocket": {unpinged, func(t *testing.T, url string) { _ = talking(t, url).conn.Close() }, socketio.ErrLost},
		"answers no ping":     {pinged, func(t *testing.T, url string) { talking(t, url) }, socketio.ErrLost},
		"does not poll":       {pinged, func(t *testing.T, url string) { polled(t, url) }, socketio.ErrLost},
		"breaks off its poll": {unpinged, func(t *testing.T, url string) { breakOff(t, polled(t, url).url) }, socketio.ErrLost},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			still(t, func(t *testing.T) {
				sockets := make(chan *socketio.Socket, 1)
				tc.options.Connect = connectTo(sockets)
				_, url := serveStill(t, tc.options)
				tc.do(t, url)
				if got := ended(t, <-sockets); !errors.Is(got, tc.want) {
					t.Errorf("it ended because %v, want %v", got, tc.want)
				}
			})
		})
	}
}

// breakOff asks for a URL and is gone, once: a second request could come before the
// first is seen to end, and two at a time are another fault. The request is whole
// before the connection ends, so that the server begins with it in any case.
func breakOff(t *testing.T, address string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := reach(t.Context(), "tcp", r.URL.Host)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Write(conn), conn.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestTwoRequestsAtATime(t *testing.T) {
	sockets := make(chan *socketio.Socket, 2)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets)})
	t.Run("polls", func(t *testing.T) {
		p := polled(t, url)
		answers := make(chan int, 2)
		for range 2 {
			go func() {
				status, _ := fetch(t, http.MethodGet, p.url, "", nil)
				answers <- status
			}()
		}
		for range 2 {
			if got := <-answers; got != http.StatusBadRequest {
				t.Errorf("answered %d", got)
			}
		}
		if got := ended(t, <-sockets); !errors.Is(got, socketio.ErrProtocol) {
			t.Errorf("it ended because %v", got)
		}
	})
	t.Run("posts", func(t *testing.T) {
		p := polled(t, url)
		body, more := io.Pipe()
		first := make(chan struct{})
		go func() {
			defer close(first)
			response, err := http.Post(p.url, "text/plain", body)
			if err == nil {
				_ = response.Body.Close()
			}
		}()
		_, _ = more.Write([]byte("42"))
		eventually(t, func() bool {
			status, _ := fetch(t, http.MethodPost, p.url, "6", nil)
			return status == http.StatusBadRequest
		})
		if got := ended(t, <-sockets); !errors.Is(got, socketio.ErrProtocol) {
			t.Errorf("it ended because %v", got)
		}
		_ = more.Close()
		<-first
		http.DefaultClient.CloseIdleConnections()
	})
}

func TestALastWordCounts(t *testing.T) {
	for name, words := range map[string][]string{"disconnected": {"41", "1"}, "closed": {"1"}} {
		t.Run(name, func(t *testing.T) {
			still(t, func(t *testing.T) { aLastWordCounts(t, words) })
		})
	}
}

func aLastWordCounts(t *testing.T, words []string) {
	heard := make(chan error, 1)
	held := make(chan struct{})
	_, url := serveStill(t, socketio.Options{Connect: func(_ context.Context, s *socketio.Socket) error {
		s.On(func(event string, _ []json.RawMessage, _ func(...any)) {
			switch event {
			case "hold":
				<-held
			case "last":
				heard <- s.Context().Err()
			}
		})
		return nil
	}})
	c := talking(t, url)
	for _, word := range append([]string{`42["hold"]`, `42["last"]`}, words...) {
		c.say(word)
	}
	if _, err := c.ends(); err == nil { // the server has read all of it
		t.Error("the connection goes on")
	}
	held <- struct{}{}
	if err := <-heard; err != nil {
		t.Errorf("the last word came behind the socket's end: %v", err)
	}
}

func TestAConnectionWithoutCONNECTEnds(t *testing.T) {
	t.Run("polls", func(t *testing.T) {
		still(t, func(t *testing.T) {
			_, url := serveStill(t, socketio.Options{})
			if got := poll(t, url).get(); got != "1" {
				t.Errorf("a poll is answered %q, want a close", got)
			}
		})
	})
	for name, tc := range map[string]struct {
		begins func(*testing.T, string) *talker
		heard  int
	}{
		"never asks": {func(t *testing.T, url string) *talker { return talk(t, url) }, 0},
		"has disconnected": {func(t *testing.T, url string) *talker {
			c := talking(t, url)
			c.say("41")
			return c
		}, 0},
		"was refused": {func(t *testing.T, url string) *talker {
			c := talk(t, url)
			c.say(`40{"refuse":true}`)
			return c
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			still(t, func(t *testing.T) {
				_, url := serveStill(t, socketio.Options{})
				heard, err := tc.begins(t, url).ends()
				if len(heard) != tc.heard || !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
					t.Errorf("it ends with %v behind %q", err, heard)
				}
			})
		})
	}
}

// However soon a session is to end, it has begun.
func TestASessionMayEndAsItBegins(t *testing.T) {
	server, _ := serve(t, socketio.Options{ConnectTimeout: time.Nanosecond})
	for range 1000 {
		begun := serveInProcess(server, inProcess(http.MethodGet, "/socket.io/?EIO=4&transport=polling", "")).Body.String()
		session := "/socket.io/?EIO=4&transport=polling&sid=" + opened(t, begun).SID
		if got := serveInProcess(server, inProcess(http.MethodGet, session, "")).Body.String(); got != "1" {
			t.Fatalf("a poll is answered %q, want a close", got)
		}
	}
}

func TestACrashInConnectEndsOneClient(t *testing.T) {
	_, url := serve(t, socketio.Options{Log: quiet()})
	c := talk(t, url)
	c.say(`40{"crash":true}`)
	if heard, err := c.ends(); len(heard) > 0 {
		t.Errorf("it is told %q and ends with %v", heard, err)
	}
	talking(t, url)
}
