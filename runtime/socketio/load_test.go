package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/socketio"
)

func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
	sockets := make(chan *socketio.Socket, 1)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets), QueueMessages: 100, QueueBytes: 1 << 20})
	text := strings.Repeat("x", 1<<16)
	tests := map[string]func(){
		"websocket": func() { talking(t, url) },
		"polling":   func() { polled(t, url) },
	}
	for name, come := range tests {
		t.Run(name, func(t *testing.T) {
			come()
			s := <-sockets
			var err error
			for sent := 0; err == nil; sent++ {
				if sent > 10_000 {
					t.Fatal("640 MB wait for it")
				}
				err = s.Emit("text", text)
			}
			if !errors.Is(err, socketio.ErrSlow) || !errors.Is(ended(t, s), socketio.ErrSlow) {
				t.Errorf("it ended because %v", err)
			}
			if err := s.Emit("text"); !errors.Is(err, socketio.ErrSlow) {
				t.Errorf("emitting behind the end: %v", err)
			}
		})
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	tests := map[string]struct {
		options socketio.Options
		fit     int
	}{
		"by messages": {socketio.Options{QueueMessages: 3}, 3},
		"by bytes":    {socketio.Options{QueueBytes: len(`42["n",1]`) * 2}, 2},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			sockets := make(chan *socketio.Socket, 1)
			tc.options.Connect = connectTo(sockets)
			_, url := serve(t, tc.options)
			polled(t, url)
			s, fit := <-sockets, 0
			for s.Emit("n", 1) == nil {
				fit++
			}
			if fit != tc.fit {
				t.Errorf("%d messages waited, want %d", fit, tc.fit)
			}
		})
	}
}

func TestWhoEmitsMuchKeepsPace(t *testing.T) {
	sockets := make(chan *socketio.Socket, 1)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets), QueueMessages: 100})
	c := talking(t, url)
	s := <-sockets
	go func() {
		for i := range 5000 {
			if i%100 == 0 && s.Flushed(s.Context()) != nil {
				return
			}
			_ = s.Emit("n", i) // what is missing is seen
		}
	}()
	for i := range 5000 {
		c.expect(fmt.Sprintf(`42["n",%d]`, i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	polled(t, url)
	s = <-sockets
	if err := s.Emit("n"); err != nil {
		t.Fatal(err)
	}
	if err := s.Flushed(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("who waits no longer is told %v", err)
	}
}

func TestALargeMessageIsSentWhole(t *testing.T) {
	sockets := make(chan *socketio.Socket, 2)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets), QueueBytes: 1000})
	text := strings.Repeat("x", 3<<20)
	want := `42["text","` + text + `"]`
	c := talking(t, url)
	if err := (<-sockets).Emit("text", text); err != nil {
		t.Fatal(err)
	}
	if got := c.hear(); got != want {
		t.Errorf("heard %d bytes, want %d", len(got), len(want))
	}
	p := polled(t, url)
	if err := (<-sockets).Emit("text", text); err != nil {
		t.Fatal(err)
	}
	if got := p.get(); got != want {
		t.Errorf("polled %d bytes, want %d", len(got), len(want))
	}
}

// A handler that takes its time holds the client back, loses nothing, and is not
// taken for a client that answers no ping.
func TestASlowHandlerHoldsItsClientBack(t *testing.T) { still(t, aSlowHandlerHoldsItsClientBack) }

func aSlowHandlerHoldsItsClientBack(t *testing.T) {
	const n = 2000
	held, done := make(chan struct{}), make(chan []int, 1)
	_, url := serveStill(t, socketio.Options{Connect: func(_ context.Context, s *socketio.Socket) error {
		var got []int
		s.On(func(_ string, args []json.RawMessage, _ func(...any)) {
			if len(got) == 0 {
				<-held
			}
			if got = append(got, number(args)); len(got) == n {
				done <- got
			}
		})
		return nil
	}})
	c := talking(t, url)
	said := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < n && err == nil; i++ {
			err = c.conn.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `42["n",%d]`, i))
		}
		// Its answer to the ping is behind all of these.
		said <- errors.Join(err, c.conn.WriteMessage(websocket.TextMessage, []byte("3")))
	}()
	if _, ping, err := c.conn.ReadMessage(); err != nil || string(ping) != "2" {
		t.Fatalf("heard %q, %v", ping, err)
	}
	if heard, err := talking(t, url).ends(); !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
		t.Errorf("one that answers no ping ends with %v behind %q", err, heard)
	}
	close(held)
	if err := <-said; err != nil {
		t.Fatal(err)
	}
	for i, got := range <-done {
		if got != i {
			t.Fatalf("%d came as the %dth", got, i)
		}
	}
}

func TestAClientThatOwesTooManyAnswersIsCutOff(t *testing.T) {
	sockets := make(chan *socketio.Socket, 1)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets)})
	c := talking(t, url)
	s := <-sockets
	go func() { _, _ = c.ends() }()
	var err error
	for asked := 0; err == nil; asked++ {
		if asked > 5000 {
			t.Fatal("it owes 5000")
		}
		err = s.EmitAck("ask", nil, func([]json.RawMessage) { t.Error("it answered") })
		_ = s.Flushed(t.Context())
	}
	if !errors.Is(err, socketio.ErrSlow) {
		t.Errorf("it ended because %v", err)
	}
}

func TestAnAnswerCountsOnce(t *testing.T) {
	sockets := make(chan *socketio.Socket, 1)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets)})
	c := talking(t, url)
	answers := make(chan string, 3)
	if err := (<-sockets).EmitAck("ask", []any{1}, func(args []json.RawMessage) { answers <- string(args[0]) }); err != nil {
		t.Fatal(err)
	}
	c.expect(`421["ask",1]`)
	c.say(`431["first"]`)
	c.say(`431["second"]`)
	c.say(`420["echo"]`)
	c.expect(`430[]`)
	if got := <-answers; got != `"first"` || len(answers) > 0 {
		t.Errorf("the answer is %s, and %d more came", got, len(answers))
	}
}

func TestHalfOpenSessionsAreBounded(t *testing.T) {
	server, url := serve(t, socketio.Options{ConnectTimeout: time.Hour, PingInterval: time.Hour})
	c := talking(t, url)
	var last *http.Request
	refused := 0
	for range 17_000 {
		last = inProcess(http.MethodGet, "/socket.io/?EIO=4&transport=polling", "")
		if serveInProcess(server, last).Code == http.StatusServiceUnavailable {
			refused++
		}
	}
	if want := 17_000 - 16<<10; refused != want {
		t.Errorf("%d were refused, want %d", refused, want)
	}
	if got := serveInProcess(server, inProcess(http.MethodGet, "/socket.io/?EIO=4&transport=polling&sid=", "")).Code; got != http.StatusServiceUnavailable {
		t.Errorf("one more with a sid that is none is answered %d", got)
	}
	c.say(`420["echo"]`)
	c.expect(`430[]`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = server.Close(ctx) // none of them will poll: they are cut off
}

func TestCloseSendsClientsElsewhere(t *testing.T) { still(t, closeSendsClientsElsewhere) }

func closeSendsClientsElsewhere(t *testing.T) {
	sockets := make(chan *socketio.Socket, 3)
	server, url := serveStill(t, socketio.Options{Connect: connectTo(sockets)})
	c, p := talking(t, url), polled(t, url)
	for range 2 {
		if err := (<-sockets).Emit("last", "word"); err != nil {
			t.Fatal(err)
		}
	}
	idle := polled(t, url)
	waiting := make(chan string)
	go func() { waiting <- idle.get() }()
	closed := make(chan error)
	go func() { closed <- server.Close(t.Context()) }()
	heard, err := c.ends()
	if got := strings.Join(heard, " "); got != `42["last","word"]` || !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("the WebSocket ends with %v behind %q", err, got)
	}
	var said []string // by one answer or by two
	for !slices.Contains(said, "1") {
		said = append(said, strings.Split(p.get(), "\x1e")...)
	}
	if diff := cmp.Diff([]string{`42["last","word"]`, "1"}, said); diff != "" {
		t.Errorf("polls are answered (-want +got):\n%s", diff)
	}
	if got := <-waiting; got != "1" {
		t.Errorf("one that waits is answered %q", got)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	if got := ended(t, <-sockets); !errors.Is(got, socketio.ErrClosed) {
		t.Errorf("it ended because %v", got)
	}
	for _, transport := range []string{"polling", "websocket"} {
		header := http.Header{}
		if transport == "websocket" {
			header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}}
		}
		if status, body := fetch(t, http.MethodGet, url+"/socket.io/?EIO=4&transport="+transport, "", header); status != http.StatusServiceUnavailable {
			t.Errorf("%s: the next one is answered %d %s", transport, status, body)
		}
	}
	synctest.Wait() // who has ended is counted behind the end
	if got := server.Sockets(); got != 0 {
		t.Errorf("%d sockets are left", got)
	}
}

func TestCloseWaitsNoLongerThanItMay(t *testing.T) {
	server, url := serve(t, socketio.Options{})
	polled(t, url) // and never again
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("close: %v", err)
	}
}

// Everything at once: who comes, speaks, listens and goes, in all the ways.
func TestAThrong(t *testing.T) {
	server, url := serve(t, socketio.Options{PingInterval: 5 * time.Millisecond})
	var clients sync.WaitGroup
	for i := range 40 {
		clients.Add(1)
		go func() {
			defer clients.Done()
			for j := range 10 {
				if (i+j)%2 == 0 {
					c := talking(t, url)
					c.say(`420["echo",1]`)
					c.expect(`430[1]`)
					if j%3 == 0 {
						c.say("41")
					}
					_ = c.conn.Close()
					continue
				}
				p := polled(t, url)
				probe := dial(t, strings.Replace(p.url, "transport=polling", "transport=websocket", 1))
				probe.say("2probe")
				probe.expect("3probe")
				if j%3 > 0 {
					probe.say("5")
					probe.say(`420["echo",1]`)
					probe.expect(`430[1]`)
				} else {
					p.post("1")
				}
				_ = probe.conn.Close()
			}
		}()
	}
	clients.Wait()
	eventually(t, func() bool { return server.Sockets() == 0 })
}
