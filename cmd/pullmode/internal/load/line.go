package load

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
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

// fray lets each connection bring a few bytes more, at most as many as given, and lose
// the rest: a line that breaks does so in the middle of something.
func (l *line) fray(most int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cuts++
	for w := range l.conns {
		w.left.Store(rand.Int64N(most) + 1)
	}
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
	// left is how many bytes more it brings, 0 for as many as come.
	left atomic.Int64
}

func (w *wire) Read(p []byte) (int, error) {
	left := w.left.Load()
	if left < 0 {
		_ = w.Close()
		return 0, &net.OpError{Op: "read", Net: "tcp", Err: errAway}
	}
	if left > 0 && int64(len(p)) > left {
		p = p[:left]
	}
	n, err := w.Conn.Read(p)
	if left = w.left.Load(); left > 0 { // it may have frayed meanwhile
		if left -= int64(n); left <= 0 {
			n, left = n+int(left), -1
		}
		w.left.Store(left)
	}
	return n, err
}

func (w *wire) Close() error {
	w.line.mu.Lock()
	delete(w.line.conns, w)
	w.line.mu.Unlock()
	return w.Conn.Close()
}
