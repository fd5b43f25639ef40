package board

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/record"
)

// Record gives the lines of what a record comes to: a table of its requests, with a
// head, what it does not tell, and what is wrong with it.
func Record(r *record.Result) []string {
	var lines []string
	if len(r.Requests) > 0 {
		rows := [][]string{{"ID", "LIST", "STATE", "VERSION", "CUSTOMER", "OPENED", "OWNER", "MEMBERS", "MESSAGES"}}
		for _, one := range r.Requests {
			row := protocol.FromDocument(one.Document)
			rows = append(rows, []string{
				plain(row.ID), plain(row.List), plain(string(row.State)), strconv.FormatInt(row.Version, 10), plain(row.Customer.Name),
				row.OpenedAt.Local().Format(time.DateTime), owner(row), orDash(members(row)), strconv.Itoa(one.Messages),
			})
		}
		lines = append(columns(rows), "")
	}
	lines = append(lines, fmt.Sprintf("%d requests, %d events (%d of them more than once)", len(r.Requests), r.Events, r.Repeated))
	if r.Foreign > 0 {
		lines = append(lines, fmt.Sprintf("left out: %d events that are not a runtime's", r.Foreign))
	}
	for _, g := range r.Gaps {
		lines = append(lines, plain(fmt.Sprintf("the runtime gave up revisions %d to %d: %s", g.From, g.To, g.Reason)))
	}
	for _, one := range r.Requests {
		if one.FirstVersion > 1 {
			lines = append(lines, plain(fmt.Sprintf("%s: the record begins with version %d", one.ID, one.FirstVersion)))
		}
	}
	for _, f := range r.Findings {
		lines = append(lines, Finding(f.Request, f.Rule, f.What))
	}
	return lines
}

// Finding says what is wrong, with the request and the rule where there are.
func Finding(request, rule, what string) string {
	for _, before := range []string{rule, request} {
		if before != "" {
			what = before + ": " + what
		}
	}
	return plain(what)
}
