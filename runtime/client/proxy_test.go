package client_test

import (
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy is a line that breaks: it cuts every connection after a while.
type proxy struct {
	listener net.Listener
	target   string
	// least and most bound how many bytes of answers a connection lets through;
	// 0 lets through everything.
	least, most atomic.Int64
	// mute makes new connections carry nothing back, and stay open.
	mute atomic.Bool

	wg    sync.WaitGroup
	mu    sync.Mutex
	conns map[net.Conn]struct{}
	over  bool
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, target: target, conns: map[net.Conn]struct{}{}}
	p.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p.wg.Go(func() { p.carry(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.end()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) url() string { return "http://" + p.listener.Addr().String() }

// end ends all connections, also those that are still being made.
func (p *proxy) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	for c := range p.conns {
		c.Close()
	}
}

// keep has end close connections, unless it has been.
func (p *proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = struct{}{}
	}
	return !p.over
}

func (p *proxy) carry(conn net.Conn) {
	back, err := net.Dial("tcp", p.target)
	if err != nil {
		conn.Close()
		return
	}
	if !p.keep(conn, back) {
		conn.Close()
		back.Close()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(back, conn)
		back.Close()
	}()
	var answers io.Reader = back
	if most := p.most.Load(); most > 0 {
		least := p.least.Load()
		answers = io.LimitReader(back, least+rand.Int64N(most-least+1))
	}
	if p.mute.Load() {
		_, _ = io.Copy(io.Discard, answers)
	} else {
		_, _ = io.Copy(conn, answers)
	}
	conn.Close()
	back.Close()
	<-done
	p.mu.Lock()
	delete(p.conns, conn)
	delete(p.conns, back)
	p.mu.Unlock()
}
