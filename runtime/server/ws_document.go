package server

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/protocol"
)

// webSocket is the route, and what the API's document says of it.
func (s *Server) webSocket(api huma.API) {
	s.mux.HandleFunc("GET "+socketPath, s.serveSocket)
	op := &huma.Operation{
		OperationID: "web-socket", Method: http.MethodGet, Path: socketPath, Tags: []string{agent},
		Summary: "Follow what happens and make calls, in one WebSocket",
		Description: "The same feed as at `/v1/events`, and any call of this document that an agent may make, over one connection. " +
			"Subprotocol `" + protocol.Subprotocol + "`: JSON objects in text messages, of at most 128 KiB from you. " +
			"Show your token in the header, or, as browsers cannot, in a first message `hello`, within 10 s; `welcome` says who you are and how long the token counts. " +
			"Then come `events`, each message with the cursor behind all of its events, or without one in the midst of something large. " +
			"Send a new token in a message `token` before the old one has run out. " +
			"A `call` is answered by the `answer` with its id; up to 8 run at once, in no order, and further ones are not read meanwhile. " +
			"The id of a command is its Idempotency-Key: take a new one for each, such as a random one, also in another connection. " +
			"Close codes from 4000 to 4499 say: connect again with the last cursor; from 4500 on: do not, by yourself.",
		Parameters: []*huma.Param{{
			Name: "cursor", In: "query", Schema: &huma.Schema{Type: huma.TypeString},
			Description: "Where to go on, for who shows a token in the header.",
		}},
		Security:  []map[string][]string{{agent: {}}},
		Responses: map[string]*huma.Response{"101": documentMessages(api)},
	}
	documentProblems(api, op, slices.Concat([]protocol.ProblemType{protocol.ProblemUpgrade, protocol.ProblemOrigin, protocol.ProblemDraining}, always[agent]))
	api.OpenAPI().AddOperation(op)
}

// documentMessages describes what goes over the WebSocket, as documentEvents does of
// the stream.
func documentMessages(api huma.API) *huma.Response {
	registry := api.OpenAPI().Components.Schemas
	of := func(value any) *huma.Schema { return registry.Schema(reflect.TypeOf(value), true, "") }
	var events []*huma.Schema
	for _, kind := range slices.Sorted(maps.Keys(eventTypes)) {
		if event := of(eventTypes[kind]); !slices.ContainsFunc(events, func(s *huma.Schema) bool { return s.Ref == event.Ref }) {
			events = append(events, event)
		}
	}
	message := of(protocol.Events{})
	registry.Map()[strings.TrimPrefix(message.Ref, "#/components/schemas/")].Properties["events"] = &huma.Schema{
		Type: huma.TypeArray, Items: &huma.Schema{AnyOf: events},
	}
	return &huma.Response{
		Description: "The connection. `hello`, `token` and `call` are what you send, the others what you get.",
		Content: map[string]*huma.MediaType{"application/json": {
			Schema: &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
				string(protocol.MessageHello):   of(protocol.ClientMessage{}),
				string(protocol.MessageToken):   of(protocol.ClientMessage{}),
				string(protocol.MessageCall):    of(protocol.ClientMessage{}),
				string(protocol.MessageWelcome): of(protocol.Welcome{}),
				string(protocol.MessageEvents):  message,
				string(protocol.MessageAnswer):  of(protocol.Answer{}),
			}},
		}},
	}
}
