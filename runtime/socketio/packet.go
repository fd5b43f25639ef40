package socketio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// The types of packets: the first byte of each.
const (
	connect      = '0'
	disconnect   = '1'
	event        = '2'
	ack          = '3'
	connectError = '4'
	binaryEvent  = '5'
	binaryAck    = '6'
)

// packet is what one message says, its payload still as it came.
type packet struct {
	kind        byte
	attachments int // how many binary messages follow
	namespace   string
	id          uint64 // of the acknowledgement
	asks        bool   // has an id
	payload     []byte
}

// maxAttachments bounds what a binary packet may announce.
const maxAttachments = 32

// maxID is the largest number that a JavaScript client counts up to.
const maxID = 1<<53 - 1

// parse reads a packet: its type, `5-` attachments, `/name,` a namespace, an id, a
// payload; all but the type may be missing.
func parse(data []byte) (packet, error) {
	if len(data) == 0 || data[0] < connect || data[0] > binaryAck {
		return packet{}, fmt.Errorf("%w: a packet of no known type", ErrProtocol)
	}
	p := packet{kind: data[0], namespace: "/"}
	rest := data[1:]
	if p.kind == binaryEvent || p.kind == binaryAck {
		digits, after, dash := bytes.Cut(rest, []byte{'-'})
		count, err := strconv.Atoi(string(digits[:min(len(digits), 4)]))
		if !dash || err != nil || len(digits) > 4 || count < 1 || count > maxAttachments {
			return packet{}, fmt.Errorf("%w: a binary packet needs 1 to %d attachments", ErrProtocol, maxAttachments)
		}
		p.attachments, rest = count, after
	}
	if len(rest) > 0 && rest[0] == '/' {
		name, after, _ := bytes.Cut(rest, []byte{','})
		p.namespace, rest = string(name), after
	}
	digits := 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	if digits > 0 {
		id, err := strconv.ParseUint(string(rest[:min(digits, 17)]), 10, 64)
		if err != nil || id > maxID {
			return packet{}, fmt.Errorf("%w: an id that no client counts up to", ErrProtocol)
		}
		p.id, p.asks, rest = id, true, rest[digits:]
	}
	p.payload = rest
	return p, p.check()
}

// check holds what every packet of a type has.
func (p packet) check() error {
	switch p.kind {
	case connect:
		if len(p.payload) > 0 && (p.payload[0] != '{' || !json.Valid(p.payload)) {
			return fmt.Errorf("%w: the payload of a CONNECT is an object", ErrProtocol)
		}
	case disconnect:
		if len(p.payload) > 0 {
			return fmt.Errorf("%w: a DISCONNECT has no payload", ErrProtocol)
		}
	case connectError:
		return fmt.Errorf("%w: a CONNECT_ERROR from a client", ErrProtocol)
	case ack, binaryAck:
		if !p.asks {
			return fmt.Errorf("%w: an ACK of no id", ErrProtocol)
		}
	}
	return nil
}

// args reads an array. Those of an event begin with its name.
func (p packet) args() ([]json.RawMessage, error) {
	var args []json.RawMessage
	if err := json.Unmarshal(p.payload, &args); err != nil || args == nil {
		return nil, fmt.Errorf("%w: a payload that is no array", ErrProtocol)
	}
	return args, nil
}

// reserved are the names that clients' libraries give events of their own.
var reserved = []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}

// name takes the name off an event's arguments.
func name(args []json.RawMessage) (string, []json.RawMessage, error) {
	var name string
	if len(args) == 0 || json.Unmarshal(args[0], &name) != nil || args[0][0] != '"' {
		return "", nil, fmt.Errorf("%w: an event without a name", ErrProtocol)
	}
	if slices.Contains(reserved, name) {
		return "", nil, fmt.Errorf("%w: an event with a reserved name", ErrProtocol)
	}
	return name, args[1:], nil
}
