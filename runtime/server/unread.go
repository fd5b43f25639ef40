package server

import (
	"io"
	"net/http"
	"time"
)

const (
	// maxUnread is how much of a body is taken in only to be thrown away. It is what
	// net/http takes where the connection goes on.
	maxUnread = 256 << 10

	// unreadTimeout is how long that may take.
	unreadTimeout = 5 * time.Second
)

// readOut lets a client read why its body was refused. Where the connection ends with
// the request (Connection: close, HTTP/1.0), net/http closes it with the rest of the
// body unread, and the kernel answers what still comes with a reset, which overtakes
// the answer. So the rest is read; where it is over maxUnread, net/http is made to wait
// a moment before it closes, as it does on connections that could have gone on.
func readOut(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !r.Close || r.ProtoMajor != 1 || r.ContentLength == 0 {
			next.ServeHTTP(w, r)
			return
		}
		body := &leftOpen{ReadCloser: r.Body}
		inner := r.WithContext(r.Context())
		inner.Body = body
		next.ServeHTTP(w, inner)
		if !body.asked && r.Header.Get("Expect") != "" {
			return // it was not told to send any
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(unreadTimeout))
		_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, body.ReadCloser, maxUnread)) // the answer is another one's
	})
}

// leftOpen is a body that can be read after it was closed.
type leftOpen struct {
	io.ReadCloser
	asked bool
}

func (b *leftOpen) Read(p []byte) (int, error) {
	b.asked = true
	return b.ReadCloser.Read(p)
}

func (b *leftOpen) Close() error { return nil }
