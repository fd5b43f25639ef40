package engine

import (
	"net/http"
	"time"
)

// Options of a Server. All of them are required.
type Options struct {
	// PingInterval is how long after an answered ping the next one is sent; the client
	// is lost when it does not answer for PingTimeout.
	PingInterval, PingTimeout time.Duration
	// MaxPayload is the largest message, and the largest body of a POST, in bytes.
	MaxPayload int64
	// QueueMessages and QueueBytes bound what waits for one client.
	QueueMessages, QueueBytes int
	// CheckOrigin says whether a request with an Origin may be answered.
	CheckOrigin func(*http.Request) bool
	// Open is called for every new session, before anything of it is read. It must not
	// call the session; whatever it starts may.
	Open func(*Session) Receiver
}

// Receiver gets what a client sends.
type Receiver interface {
	// Message gets one message after the other, in the client's order. While it
	// blocks, nothing more is read from the client.
	Message(data []byte, binary bool)
	// Closed is called once, with why.
	Closed(cause error)
}

const (
	// upgradeTimeout is how long a WebSocket that is to take over may take for it.
	upgradeTimeout = 10 * time.Second
	// writeTimeout is for a piece of what is written: 64 KiB in 10 s is 52 kbit/s,
	// slower than any line that is still of use.
	writeTimeout = 10 * time.Second
	piece        = 64 << 10
	// closeTimeout is how long what still waits for a client may take once its
	// session closes: a poll comes within a round trip, so does the answer to a close.
	closeTimeout = 5 * time.Second
	// noopEvery is how often a poll is answered with nothing during an upgrade: the
	// client cannot go on before it is, and asks again until it knows that it can.
	noopEvery = 100 * time.Millisecond
)
