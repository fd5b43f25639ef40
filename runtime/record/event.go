// Package record is the written record of a runtime: every transition, message and
// configuration change as a CloudEvent, as the event sink posts them and as a
// company keeps them. It also reads such a record back and rebuilds from it what
// the requests have come to.
package record

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// ContentType is that of one event in the structured mode of CloudEvents.
const ContentType = "application/cloudevents+json"

// specVersion is of CloudEvents.
const specVersion = "1.0"

// The types of events. A transition's is typeRequest and what brought it about.
const (
	TypeMessage       = "io.pullmode.message"
	TypeConfiguration = "io.pullmode.configuration"
	TypeGap           = "io.pullmode.gap"
	typeRequest       = "io.pullmode.request."
)

// TypeOf is the type of a transition that a command of this kind brought about.
func TypeOf(cause request.Kind) string { return typeRequest + string(cause) }

// Event is one event, in the JSON of CloudEvents 1.0. Its ID and Source together
// name it: what has a name that was there before is the same event once more.
type Event struct {
	SpecVersion string `json:"specversion"`
	ID          string `json:"id"`
	// Source is "/pullmode/" and the name of the RoutingRuntime.
	Source string `json:"source"`
	Type   string `json:"type"`
	// Subject is the request's id, where the event is of one.
	Subject     string    `json:"subject,omitempty"`
	Time        time.Time `json:"time"`
	ContentType string    `json:"datacontenttype"`
	Data        Data      `json:"data"`
}

// Data is what happened. The documents are as the runtime keeps them: fields that a
// reader does not know are of a newer runtime.
type Data struct {
	// Request is the whole document (request.Document) after what happened.
	Request json.RawMessage `json:"request,omitempty"`
	// Change is what happened last to it (request.Change): kind, actor, state
	// before, time.
	Change json.RawMessage `json:"change,omitempty"`
	// Message is the message (request.Message) of a TypeMessage. The same number
	// comes again when something became known of it, such as that it was not
	// delivered.
	Message       json.RawMessage `json:"message,omitempty"`
	Configuration *Configuration  `json:"configuration,omitempty"`
	Gap           *Gap            `json:"gap,omitempty"`
}

// Configuration is a routing snapshot that came into force. No secret is part of
// it.
type Configuration struct {
	Sequence int64  `json:"sequence"`
	Digest   string `json:"digest"`
	// Objects are what it was compiled from; none where it was not in force any
	// more by the time the event was made.
	Objects []snapshot.Object `json:"objects,omitempty"`
}

// Gap says that events are missing: those from revision From to revision To, of
// which some may have come all the same.
type Gap struct {
	From   int64  `json:"from"`
	To     int64  `json:"to"`
	Reason string `json:"reason"`
}

// New makes an event of what happened at a place.
func New(source string, at Place, kind, subject string, when time.Time, data Data) Event {
	return Event{
		SpecVersion: specVersion, ID: at.String(), Source: source, Type: kind, Subject: subject,
		Time: when.UTC(), ContentType: "application/json", Data: data,
	}
}

// SourceOf is the source of a RoutingRuntime's events.
func SourceOf(runtime string) string { return "/pullmode/" + runtime }

// Transition says whether the event is one of a request's document.
func (e *Event) Transition() bool { return strings.HasPrefix(e.Type, typeRequest) }

// Place is where an event stands in a runtime's history, and its id. Revisions
// count what was committed; N counts the events of one.
type Place struct {
	Epoch    string
	Revision int64
	N        int
}

// gapN is the number of the event that says that what came before is missing: it
// takes the place of none of them.
const gapN = -1

// GapAt is the place of a gap that ends with a revision.
func GapAt(epoch string, to int64) Place { return Place{epoch, to, gapN} }

func (p Place) String() string {
	n := strconv.Itoa(p.N)
	if p.N == gapN {
		n = "gap"
	}
	return fmt.Sprintf("%s.%d.%s", p.Epoch, p.Revision, n)
}

// ParsePlace reads an event's id.
func ParsePlace(id string) (Place, error) {
	parts := strings.Split(id, ".")
	if len(parts) != 3 || parts[0] == "" {
		return Place{}, fmt.Errorf("%q is no id of a runtime's event", id)
	}
	revision, err := strconv.ParseInt(parts[1], 10, 64)
	n, errN := strconv.Atoi(parts[2])
	if parts[2] == "gap" {
		n, errN = gapN, nil
	}
	if err != nil || errN != nil || revision < 1 {
		return Place{}, fmt.Errorf("%q is no id of a runtime's event", id)
	}
	return Place{parts[0], revision, n}, nil
}
