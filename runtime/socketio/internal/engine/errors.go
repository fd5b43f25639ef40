package engine

import (
	"encoding/json"
	"errors"
	"net/http"
)

// Why a session has ended.
var (
	ErrSlow     = errors.New("the client does not read as fast as it is told things")
	ErrLeft     = errors.New("the client has disconnected")
	ErrLost     = errors.New("the connection to the client is lost")
	ErrProtocol = errors.New("the client does not keep to the protocol")
	ErrClosed   = errors.New("the server closes")
)

// refusal is the answer to a request that cannot be served, in the words and with
// the codes that the protocol's clients know.
type refusal struct {
	status  int
	Code    int    `json:"code"`
	Message string `json:"message"`
}

var (
	unknownTransport = refusal{http.StatusBadRequest, 0, "Transport unknown"}
	unknownSession   = refusal{http.StatusBadRequest, 1, "Session ID unknown"}
	badMethod        = refusal{http.StatusBadRequest, 2, "Bad handshake method"}
	badRequest       = refusal{http.StatusBadRequest, 3, "Bad request"}
	tooLarge         = refusal{http.StatusRequestEntityTooLarge, 3, "Payload too large"}
	closing          = refusal{http.StatusServiceUnavailable, 3, "The server is closing"}
	forbidden        = refusal{http.StatusForbidden, 4, "Forbidden"}
	badVersion       = refusal{http.StatusBadRequest, 5, "Unsupported protocol version"}
)

func (f refusal) answer(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(f) // whoever asked went away
}
