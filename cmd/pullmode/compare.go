package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/request"
)

// difference is where a runtime says something else than a record.
type difference struct {
	Request string `json:"request"`
	What    string `json:"what"`
}

// compare asks a runtime for every request that the record leaves open, and for
// all that it has open itself.
func compare(ctx context.Context, agent *client.Agent, requests []*record.Rebuilt) ([]difference, error) {
	found := []difference{}
	differs := func(id, format string, args ...any) {
		found = append(found, difference{id, fmt.Sprintf(format, args...)})
	}
	recorded := map[string]*request.Document{}
	for _, r := range requests {
		recorded[r.ID] = r.Document
		if !r.Document.Open() {
			continue
		}
		c, err := agent.Request(ctx, r.ID)
		switch {
		case client.IsProblem(err, protocol.ProblemUnknownRequest):
			differs(r.ID, "the record leaves it %s, and the runtime does not show it to this agent", r.Document.State)
		case err != nil:
			return nil, err
		default:
			found = append(found, unlike(r.Document, c.Request)...)
		}
	}
	me, err := agent.Me(ctx)
	if err != nil {
		return nil, err
	}
	// Lists that the agent is not subscribed to are asked for by name.
	query := client.Query{Limit: 500}
	for _, l := range me.Lists {
		query.Lists = append(query.Lists, l.Name)
	}
	for row, err := range agent.Requests(ctx, query) {
		if err != nil {
			return nil, err
		}
		switch d := recorded[row.ID]; {
		case d == nil:
			differs(row.ID, "the runtime has it %s with version %d, and the record does not know it", row.State, row.Version)
		case !d.Open():
			differs(row.ID, "the record leaves it CLOSED, and the runtime has it %s with version %d", row.State, row.Version)
		}
	}
	slices.SortStableFunc(found, func(a, b difference) int { return cmp.Compare(a.Request, b.Request) })
	return found, nil
}

// unlike says where a runtime's request differs from a record's.
func unlike(d *request.Document, row *protocol.Request) (found []difference) {
	want := protocol.FromDocument(d)
	for _, field := range []struct{ name, record, runtime string }{
		{"version", fmt.Sprint(want.Version), fmt.Sprint(row.Version)},
		{"state", string(want.State), string(row.State)},
		{"list", want.List, row.List},
		{"channel", want.Channel, row.Channel},
		{"customer", want.Customer.ID, row.Customer.ID},
		{"members", members(want), members(row)},
		{"close reason", string(want.CloseReason), string(row.CloseReason)},
	} {
		if field.record != field.runtime {
			found = append(found, difference{d.ID, fmt.Sprintf("%s is %s in the record and %s in the runtime",
				field.name, cmp.Or(field.record, "none"), cmp.Or(field.runtime, "none"))})
		}
	}
	return found
}

func members(r *protocol.Request) string {
	names := make([]string, len(r.Members))
	for i, m := range r.Members {
		names[i] = m.Agent
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
