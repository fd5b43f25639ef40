package socketio

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/pullmode/operator/runtime/socketio/internal/engine"
)

// Message is an event that has been encoded once for many sockets.
type Message struct{ packet engine.Packet }

// Prepare encodes an event for EmitPrepared. The error is an argument that is no
// JSON.
func Prepare(event string, args ...any) (*Message, error) { return prepare(event, args, nil) }

// PrepareAsking is Prepare for an event whose handlers at the client answer it, and
// expect to be asked to. Nobody gets the answer, so none is owed.
func PrepareAsking(event string, args ...any) (*Message, error) {
	id := uint64(forNobody)
	return prepare(event, args, &id)
}

func prepare(event string, args []any, id *uint64) (*Message, error) {
	text, err := encodeEvent(event, args, id)
	if err != nil {
		return nil, err
	}
	packet, err := engine.Shared(text)
	if err != nil {
		return nil, err
	}
	return &Message{packet}, nil
}

// encodeEvent is an event that asks for an answer under id, if there is one.
func encodeEvent(name string, args []any, id *uint64) ([]byte, error) {
	head := []byte{event}
	if id != nil {
		head = strconv.AppendUint(head, *id, 10)
	}
	text, err := encode(head, append([]any{name}, args...))
	if err != nil {
		return nil, fmt.Errorf("encode the event %q: %w", name, err)
	}
	return text, nil
}

func encodeAck(id uint64, args []any) ([]byte, error) {
	text, err := encode(strconv.AppendUint([]byte{ack}, id, 10), append([]any{}, args...))
	if err != nil {
		return nil, fmt.Errorf("encode an acknowledgement: %w", err)
	}
	return text, nil
}

// encode adds a payload to the head of a packet.
func encode(head []byte, payload any) ([]byte, error) {
	body, err := json.Marshal(payload)
	return append(head, body...), err
}

// accepted is the answer to a CONNECT.
func accepted(id string) []byte {
	text, _ := encode([]byte{connect}, map[string]string{"sid": id}) // strings can be encoded
	return text
}

// refused is the other answer.
func refused(namespace string, r *Refusal) ([]byte, error) {
	head := []byte{connectError}
	if namespace != "/" {
		head = append(append(head, namespace...), ',')
	}
	text, err := encode(head, struct {
		Message string `json:"message"`
		Data    any    `json:"data,omitempty"`
	}{r.Message, r.Data})
	if err != nil {
		return nil, fmt.Errorf("encode the data of a refusal: %w", err)
	}
	return text, nil
}
