package board

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Table gives the lines of a table of requests, with a head.
func Table(requests []*protocol.Request) []string {
	if len(requests) == 0 {
		return []string{"No open requests."}
	}
	rows := [][]string{{"ID", "LIST", "STATE", "CUSTOMER", "OPENED", "ATTENTION", "ALERT", "OWNER", "MEMBERS"}}
	for _, r := range requests {
		rows = append(rows, []string{
			r.ID, r.List, string(r.State), plain(r.Customer.Name), r.OpenedAt.Local().Format(time.DateTime),
			attention(r), alert(r), owner(r), orDash(members(r)),
		})
	}
	return columns(rows)
}

// Alerts gives the lines of a table of alerts.
func Alerts(a protocol.Alerts) []string {
	if len(a.Alerts) == 0 {
		return []string{"No alerts."}
	}
	rows := [][]string{{"REQUEST", "LIST", "STATE", "CUSTOMER", "RAISED", "ALERT"}}
	for _, r := range a.Alerts {
		raised := "-"
		if r.Alert != nil {
			raised = r.Alert.RaisedAt.Local().Format(time.DateTime)
		}
		rows = append(rows, []string{r.ID, r.List, string(r.State), plain(r.Customer.Name), raised, alert(r)})
	}
	return columns(rows)
}

// Offers gives the lines of a table of offers.
func Offers(all protocol.Offers) []string {
	if len(all.Offers) == 0 {
		return []string{"No offers."}
	}
	rows := [][]string{{"OFFER", "KIND", "FROM", "TO", "LIST", "CUSTOMER", "EXPIRES"}}
	for _, o := range all.Offers {
		expires := "-"
		if o.ExpiresAt != nil {
			expires = o.ExpiresAt.Local().Format(time.DateTime)
		}
		rows = append(rows, []string{o.ID, string(o.Kind), plain(o.From), offered(o), o.Request.List, plain(o.Request.Customer.Name), expires})
	}
	return columns(rows)
}

// Targets gives the lines of a table of lists and agents.
func Targets(all protocol.TransferTargets) []string {
	if len(all.Lists)+len(all.Agents) == 0 {
		return []string{"No lists, and nobody is connected."}
	}
	rows := [][]string{{"TARGET", "NAME", "DISPLAY NAME"}}
	for _, l := range all.Lists {
		rows = append(rows, []string{"list", l.Name, plain(l.DisplayName)})
	}
	for _, a := range all.Agents {
		rows = append(rows, []string{"agent", plain(a.Name), "-"})
	}
	return columns(rows)
}

func columns(rows [][]string) []string {
	var text bytes.Buffer
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	_ = t.Flush() // a buffer takes everything
	return strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
}

func attention(r *protocol.Request) string {
	if r.Attention == nil || r.Attention.Coverage == request.Covered {
		return "-"
	}
	return string(r.Attention.Bucket)
}

// alert is raised, or which one it is when it was raised again.
func alert(r *protocol.Request) string {
	switch {
	case r.Alert == nil:
		return "-"
	case r.Alert.Generation > 1:
		return fmt.Sprintf("raised %d times", r.Alert.Generation)
	}
	return "raised"
}

func owner(r *protocol.Request) string {
	for _, m := range r.Members {
		if m.Owner {
			return plain(m.Agent)
		}
	}
	return "-"
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
