package socketio_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/socketio"
)

func TestMain(m *testing.M) {
	if whom := strings.Fields(os.Getenv("LISTEN")); len(whom) == 4 {
		count, _ := strconv.Atoi(whom[3])
		listeners(whom[0], whom[1], whom[2], count)
		return
	}
	leak.Main(m)
}

// serve runs a server until the test ends. Then all of it has to end.
func serve(t testing.TB, options socketio.Options) (*socketio.Server, string) {
	t.Helper()
	if options.Connect == nil {
		options.Connect = desk
	}
	server := socketio.New(options)
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		web.Close()
	})
	return server, web.URL
}

// desk is what the tests' clients talk to.
func desk(_ context.Context, s *socketio.Socket) error {
	var auth struct{ Refuse, Crash, Greet bool }
	if len(s.Handshake.Auth) > 0 {
		if err := json.Unmarshal(s.Handshake.Auth, &auth); err != nil {
			return err
		}
	}
	switch {
	case auth.Refuse:
		return &socketio.Refusal{Message: "not you", Data: map[string]any{"type": "unauthorized"}}
	case auth.Crash:
		panic("a bug")
	case auth.Greet:
		if err := s.Emit("greeting", "hello"); err != nil {
			return err
		}
	}
	h := &hands{socket: s}
	s.On(h.handle)
	return nil
}

// hands does what a client asks for by an event's name.
type hands struct {
	socket *socketio.Socket
	next   int // of the numbers that come
	wrong  int
}

func (h *hands) handle(event string, args []json.RawMessage, ack func(...any)) {
	s := h.socket
	switch event {
	case "echo": // the answer is what was asked
		ack(all(args)...)
	case "say": // and so is the event
		_ = s.Emit("said", all(args)...)
	case "bytes":
		var data []byte
		err := json.Unmarshal(args[0], &data)
		ack(err == nil, len(data), data)
	case "ask":
		_ = s.EmitAck("question", all(args), func(answer []json.RawMessage) { ack(all(answer)...) })
	case "number":
		if number(args) != h.next {
			h.wrong++
		}
		h.next++
	case "numbers?":
		ack(h.next, h.wrong)
	case "count": // up to a number, as fast as the client takes it
		n := number(args)
		go func() {
			for i := range n {
				if i%256 == 0 && s.Flushed(s.Context()) != nil {
					return
				}
				_ = s.Emit("number", i)
			}
		}()
	case "drop":
		s.Drop("asked to")
	case "bye":
		_ = s.Emit("last", "word")
		s.Disconnect("asked to")
	case "flood":
		for s.Emit("drop", "in the ocean") == nil {
		}
	case "crash":
		panic("a bug")
	}
}

func all(args []json.RawMessage) []any {
	values := make([]any, len(args))
	for i := range args {
		values[i] = args[i]
	}
	return values
}

func number(args []json.RawMessage) int {
	var n int
	if len(args) == 1 && json.Unmarshal(args[0], &n) == nil {
		return n
	}
	return -1
}

func eventually(t testing.TB, fact func() bool) {
	t.Helper()
	gomega.NewWithT(t).Eventually(fact, patience, time.Millisecond).Should(gomega.BeTrue())
}

// connectTo is a desk whose sockets the test has.
func connectTo(sockets chan<- *socketio.Socket) func(context.Context, *socketio.Socket) error {
	return func(ctx context.Context, s *socketio.Socket) error {
		select {
		case sockets <- s:
			return desk(ctx, s)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
