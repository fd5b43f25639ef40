package socketio_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pullmode/operator/runtime/socketio"
)

// still runs a test in a world of its own, where time passes only while everybody
// waits for something: however busy the machine is, nobody there is late. Its network
// has to be in memory (see hall), since who waits for a real one is not seen to wait.
func still(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

// hall is a network of one server. What is written waits there until it is read.
type hall struct {
	name   string
	come   chan net.Conn
	closed chan struct{}
	close  sync.Once
}

// halls are those that are open, by name.
var (
	halls sync.Map
	built atomic.Int64
)

func (h *hall) Accept() (net.Conn, error) {
	select {
	case conn := <-h.come:
		return conn, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *hall) Close() error {
	h.close.Do(func() {
		halls.Delete(h.name)
		close(h.closed)
	})
	return nil
}

func (h *hall) Addr() net.Addr { return hallAddr(h.name) }

type hallAddr string

func (hallAddr) Network() string  { return "hall" }
func (a hallAddr) String() string { return string(a) }

// reach connects to a hall, or over the network.
func reach(ctx context.Context, network, address string) (net.Conn, error) {
	found, ok := halls.Load(address)
	if !ok {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	h := found.(*hall)
	mine, theirs := net.Pipe()
	select {
	case h.come <- theirs:
		return mine, nil
	case <-h.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serveStill is serve in a still world.
func serveStill(t *testing.T, options socketio.Options) (*socketio.Server, string) {
	t.Helper()
	if options.Connect == nil {
		options.Connect = desk
	}
	h := &hall{name: fmt.Sprintf("hall-%d:80", built.Add(1)), come: make(chan net.Conn), closed: make(chan struct{})}
	halls.Store(h.name, h)
	server := socketio.New(options)
	web := &http.Server{Handler: server, ReadHeaderTimeout: time.Minute}
	served := make(chan error)
	go func() { served <- web.Serve(h) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		_ = web.Close() // what is left of it is nobody's any more
		<-served
	})
	return server, "http://" + h.name
}
