package load

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// line is how one agent reaches the runtime. It can be cut.
type line struct {
	dialer net.Dialer

	mu    sync.Mutex
	conns map[*wire]struct{}
	until time.Time // nothing gets through before
	cuts  int
}

var errAway = errors.New("the agent has no network")

func newLine() *line { return &line{conns: map[*wire]struct{}{}} }

// client makes calls over the line.
func (l *line) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: l.dial, MaxIdleConnsPerHost: 1, IdleConnTimeout: 2 * time.Second, ForceAttemptHTTP2: true,
	}}
}

func (l *line) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	l.mu.Lock()
	away := time.Now().Before(l.until)
	l.mu.Unlock()
	if away {
		return nil, errAway
	}
	conn, err := l.dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w := &wire{Conn: conn, line: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[w] = struct{}{}
	return w, nil
}

// cut loses all connections at once, without a word to the other side, and keeps
// the agent away for a while.
func (l *line) cut(away time.Duration) {
	l.mu.Lock()
	l.until = time.Now().Add(away)
	l.cuts++
	var lost []*wire
	for w := range l.conns {
		lost = append(lost, w)
	}
	l.mu.Unlock()
	for _, w := range lost {
		if tcp, ok := w.Conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // what was written and not sent is lost, too
		}
		_ = w.Close()
	}
}

// broken counts the cuts so far.
func (l *line) broken() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cuts
}

// wire is one connection.
type wire struct {
	net.Conn
	line *line
}

func (w *wire) Close() error {
	w.line.mu.Lock()
	delete(w.line.conns, w)
	w.line.mu.Unlock()
	return w.Conn.Close()
}
