package kit

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Line is a network between a client and a runtime, which can be cut.
type Line struct {
	// URL is where the runtime is reached over it.
	URL string

	to       string
	listener net.Listener
	carriers sync.WaitGroup

	mu    sync.Mutex
	down  bool
	conns map[net.Conn]bool
}

// Line opens a network to the runtime. It goes with the test.
func (r *Runtime) Line() *Line {
	r.t.Helper()
	to, err := url.Parse(r.URL)
	if err != nil {
		r.t.Fatal(err)
	}
	l := &Line{to: to.Host, conns: map[net.Conn]bool{}}
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		r.t.Fatal(err)
	}
	l.URL = "http://" + l.listener.Addr().String()
	l.carriers.Go(l.accept)
	r.t.Cleanup(func() { l.close(r.t) })
	return l
}

// Cut ends every connection, and new ones as soon as they come.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for c := range l.conns {
		_ = c.Close()
	}
}

// Mend lets new connections through.
func (l *Line) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}

func (l *Line) close(t testing.TB) {
	if err := l.listener.Close(); err != nil {
		t.Error(err)
	}
	l.Cut()
	l.carriers.Wait()
}

func (l *Line) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", l.to)
		if err != nil || !l.keep(near, far) {
			_ = near.Close()
			continue
		}
		for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
			l.carriers.Go(func() {
				_, _ = io.Copy(way[0], way[1]) // until either side ends it
				l.drop(near, far)
			})
		}
	}
}

// keep remembers both ends of a connection, unless the line is down.
func (l *Line) keep(near, far net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		_ = far.Close()
		return false
	}
	l.conns[near], l.conns[far] = true, true
	return true
}

func (l *Line) drop(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(l.conns, c)
	}
}
