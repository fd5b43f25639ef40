package observe

import (
	"context"
	"net/http"

	"github.com/oklog/ulid/v2"
)

// RequestIDHeader carries a request's id, both ways.
const RequestIDHeader = "X-Request-Id"

// maxRequestID bounds an id that a client chose, in characters.
const maxRequestID = 64

type requestIDKey struct{}

// RequestID is the id of the HTTP request that ctx belongs to, "" when it belongs
// to none.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// requestID takes over the client's id where it can do no harm in a log (letters,
// digits, `-`, `_` and `.`), and makes one otherwise.
func requestID(r *http.Request) string {
	id := r.Header.Get(RequestIDHeader)
	if id == "" || len(id) > maxRequestID {
		return ulid.Make().String()
	}
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return ulid.Make().String()
		}
	}
	return id
}
