package server_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/server"
)

// A client that closes its connection after the request is answered, whatever of its
// body nobody wanted.
func TestRefusedBody(t *testing.T) {
	const head = "POST / HTTP/1.%d\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n"
	tests := map[string]struct {
		version, size int
		header        string
		takes         int64 // bytes of the body that the handler reads, before it closes it
		sent, read    int   // bytes of the body that go out, and that the server reads in all
	}{
		"nothing of it is read":  {1, 200 << 10, "", 0, 200 << 10, 200 << 10},
		"a part of it is read":   {1, 200 << 10, "", 96 << 10, 200 << 10, 200 << 10},
		"HTTP/1.0":               {0, 200 << 10, "", 0, 200 << 10, 200 << 10},
		"more than is taken":     {1, 8 << 20, "", 0, 8 << 20, 256 << 10},
		"it was to be asked for": {1, 200 << 10, "Expect: 100-continue\r\n", 0, 0, 0},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			listener := &counting{}
			var err error
			if listener.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
			s := server.HTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.CopyN(io.Discard, r.Body, tc.takes)
				_ = r.Body.Close()
				w.WriteHeader(http.StatusRequestEntityTooLarge)
			}), time.Minute, slog.New(slog.DiscardHandler))
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = s.Serve(listener)
			}()
			defer func() {
				_ = s.Close()
				<-done
			}()

			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			first := fmt.Sprintf(head, tc.version, tc.size, tc.header)
			written := make(chan struct{})
			go func() {
				defer close(written)
				_, _ = io.WriteString(conn, first+strings.Repeat("x", tc.sent)) // fails where the server has closed
			}()
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || resp.StatusCode != http.StatusRequestEntityTooLarge {
				t.Fatalf("%v, %v", resp, err)
			}
			_, _ = io.Copy(io.Discard, conn)
			<-written
			// net/http reads a little ahead of what is asked for.
			if read := int(listener.read.Load()) - len(first); read < tc.read || read > tc.read+8<<10 {
				t.Errorf("%d bytes of the body were read, want %d", read, tc.read)
			}
		})
	}
}

// counting counts what is read from its connections.
type counting struct {
	net.Listener
	read atomic.Int64
}

func (l *counting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &counted{Conn: conn, read: &l.read}, err
}

type counted struct {
	net.Conn
	read *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}
