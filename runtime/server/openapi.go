package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Who may call an operation, by the name of the OpenAPI security scheme.
const (
	agent     = "agent"
	connector = "connector"
	anyone    = "anyone"
)

// operation is an operation of the API as this package describes one.
type operation struct {
	id, method, path     string
	summary, description string
	by                   string
	middleware           func(huma.Context, func(huma.Context))
	maxBody              int64
	// problems are those of the operation itself; what its caller's kind can
	// always meet is added.
	problems  []protocol.ProblemType
	responses map[string]*huma.Response
}

// always are the problems that every caller of a kind can meet.
var always = map[string][]protocol.ProblemType{
	agent: {
		protocol.ProblemInvalidToken, protocol.ProblemTooMany, protocol.ProblemIssuerUnavailable, protocol.ProblemNoConfiguration,
		protocol.ProblemStoreUnavailable, protocol.ProblemStoreFull, protocol.ProblemInternal,
	},
	connector: {
		protocol.ProblemInvalidKey, protocol.ProblemTooMany, protocol.ProblemNoConfiguration, protocol.ProblemStoreUnavailable, protocol.ProblemInternal,
	},
	anyone: {protocol.ProblemNoConfiguration, protocol.ProblemInternal},
}

func register[I, O any](api huma.API, o operation, handler func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{o.by},
		Summary: o.summary, Description: o.description,
		MaxBodyBytes: o.maxBody,
		Responses:    map[string]*huma.Response{},
	}
	if o.by != anyone {
		op.Security = []map[string][]string{{o.by: {}}}
		op.Middlewares = huma.Middlewares{o.middleware}
	}
	for status, response := range o.responses {
		op.Responses[status] = response
	}
	documentProblems(api, &op, slices.Concat(o.problems, always[o.by]))
	huma.Register(api, op, handler)
}

// documentProblems says in the document which problems an operation answers
// with, by status.
func documentProblems(api huma.API, op *huma.Operation, types []protocol.ProblemType) {
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[protocol.Problem](), true, "Problem")
	lines := map[int][]string{}
	slices.Sort(types)
	for _, t := range slices.Compact(types) {
		k := kinds[t]
		lines[k.status] = append(lines[k.status], fmt.Sprintf("%s (`%s`)", k.title, t))
	}
	for status, described := range lines {
		response := &huma.Response{
			Description: strings.Join(described, "; "),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
		}
		switch status {
		case http.StatusUnauthorized:
			response.Headers = map[string]*huma.Header{"WWW-Authenticate": {Schema: &huma.Schema{Type: huma.TypeString}}}
		case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInsufficientStorage:
			response.Headers = map[string]*huma.Header{"Retry-After": {Schema: &huma.Schema{Type: huma.TypeInteger}, Description: "Seconds."}}
		}
		op.Responses[strconv.Itoa(status)] = response
	}
}

// document is the frame of the API's document.
func document(version string) huma.Config {
	config := huma.DefaultConfig("Pull-mode routing", version)
	config.Info.Description = "Customers' requests wait on lists; agents are told of each one and join those that they choose. " +
		"Decide by a problem's `type` and by nothing else of it. Ignore fields and events that you do not know: later versions add some."
	// Served here and not by the framework, whose own handler is not safe for
	// concurrent use; and its page for browsers loads scripts from elsewhere.
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.AllowAdditionalPropertiesByDefault = true
	// Two types of one name, and one that reads as another than it is written in Go.
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		if t == reflect.TypeFor[snapshot.WrapUp]() || t == reflect.TypeFor[*snapshot.WrapUp]() {
			return "ListWrapUp"
		}
		return huma.DefaultSchemaNamer(t, hint)
	})
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[snapshot.Duration](), reflect.TypeFor[string]())
	config.Tags = []*huma.Tag{
		{Name: connector, Description: "Channels' connectors bring customers' messages."},
		{Name: agent, Description: "Agents see requests, join and leave them, answer their customers, hand them on and close them."},
		{Name: anyone, Description: "What can be asked without a token."},
	}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		connector: {Type: "http", Scheme: "bearer", Description: "The key of the channel: the Secret that the Channel's secretRef names."},
		agent:     {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "A token of an OpenID Connect issuer that the RoutingRuntime trusts."},
	}
	return config
}

// serveOpenAPI ends the document and serves it.
func (s *Server) serveOpenAPI() {
	// What callers send is closed, so that a misspelled field is told of; what the
	// runtime sends is open, so that it can grow.
	for _, name := range []string{"PostMessage", "Customer", "Attachment", "PutPresence", "Say", "Target", "WrapUp"} {
		s.openapi.Components.Schemas.Map()[name].AdditionalProperties = false
	}
	encoded, err := json.Marshal(s.openapi)
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			write(w, internal(r.Context(), s.log, err))
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(encoded) // whoever asked went away
	})
}
