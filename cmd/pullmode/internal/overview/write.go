package overview

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
)

// Lines shows the overview to a person.
func (v *Overview) Lines(s screen.Screen) []string {
	lines := v.head(s)
	section := func(title string, body []string) {
		if len(body) > 0 {
			lines = append(append(lines, "", s.Paint(screen.Bold, title)), body...)
		}
	}
	section("Replicas", v.replicaTable(s))
	section("Lists", v.listTable(s))
	if !v.Ready {
		section(fmt.Sprintf("Not ready: %d of %d objects", v.Objects-v.ReadyObjects, v.Objects), findingTable(s, screen.Red, v.NotReady))
	}
	section("Worth a look", findingTable(s, screen.Yellow, v.Remarks))
	if v.Ready {
		lines = append(lines, "", s.Paint(screen.Green, fmt.Sprintf("All %d objects are ready.", v.Objects)))
	}
	if len(v.Notes) > 0 {
		lines = append(lines, "")
	}
	for _, n := range v.Notes {
		lines = append(lines, s.Paragraph("Note: ", n)...)
	}
	return lines
}

// head is the runtime, a line for each thing to know of it.
func (v *Overview) head(s screen.Screen) []string {
	if v.Runtime == nil {
		return []string{s.Paint(screen.Bold, "Namespace "+v.Namespace), "  There is no RoutingRuntime, so nothing is served."}
	}
	r := v.Runtime
	lines := []string{s.Paint(screen.Bold, fmt.Sprintf("RoutingRuntime %s in namespace %s", r.Name, v.Namespace))}
	add := func(what, text string) {
		if text != "" {
			lines = append(lines, s.Paragraph(fmt.Sprintf("  %-8s  ", what), text)...)
		}
	}
	version := r.Version
	if r.Image != "" {
		version = strings.TrimPrefix(version+" ("+r.Image+")", " ")
	}
	add("version", version)
	add("storage", r.Storage)
	add("address", r.Address)
	add("outside", r.ExternalAddress)
	if r.Digest != "" {
		add("snapshot", fmt.Sprintf("%d, %.12s", r.Sequence, r.Digest))
	} else {
		add("snapshot", "none: nothing is served")
	}
	add("requests", v.requests())
	if r.Replicas == 0 {
		add("stopped", "its spec.replicas is 0")
	}
	return lines
}

// requests sums up what is open.
func (v *Overview) requests() string {
	var open int64
	counts, known := Counts{}, len(v.Lists) > 0
	for _, l := range v.Lists {
		if l.Counts == nil {
			known = false
			break
		}
		open += *l.Open
		counts.Unread += l.Counts.Unread
		counts.Active += l.Counts.Active
		counts.Inactive += l.Counts.Inactive
	}
	switch {
	case known:
		return fmt.Sprintf("%d open: %d unread, %d active, %d inactive", open, counts.Unread, counts.Active, counts.Inactive)
	case v.Runtime.OpenRequests != nil:
		return fmt.Sprintf("about %d open", *v.Runtime.OpenRequests)
	}
	return ""
}

func (v *Overview) replicaTable(s screen.Screen) []string {
	if len(v.Replicas) == 0 {
		return nil
	}
	rows := [][]screen.Cell{screen.Head("NAME", "READY", "SERVES", "SNAPSHOT", "AGENTS", "UP", "RESTARTS", "")}
	for _, r := range v.Replicas {
		ready := screen.Cell{Text: "yes", Colour: screen.Green}
		if !r.Ready {
			ready = screen.Cell{Text: "no", Colour: screen.Red}
		}
		serves := screen.Cell{Text: string(r.Serves)}
		if r.Serves != Current {
			serves.Colour = screen.Yellow
		}
		snapshot, agents, up := "-", "-", "-"
		if r.Digest != "" {
			snapshot = fmt.Sprintf("%d, %.12s", r.Sequence, r.Digest)
		}
		if r.Agents != nil {
			agents = fmt.Sprint(*r.Agents)
		}
		if r.StartedAt != nil {
			up = v.since(*r.StartedAt)
		}
		rows = append(rows, []screen.Cell{
			{Text: r.Name}, ready, serves, {Text: snapshot}, {Text: agents}, {Text: up}, {Text: fmt.Sprint(r.Restarts)}, {Text: r.Message},
		})
	}
	return s.Table("  ", rows)
}

// mostLists is how many lists fit on one screen beside the rest.
const mostLists = 20

func (v *Overview) listTable(s screen.Screen) []string {
	shown := v.Lists
	if len(shown) > mostLists {
		shown = slices.SortedStableFunc(slices.Values(shown), func(a, b List) int { return cmp.Compare(weight(b), weight(a)) })[:mostLists]
	}
	if len(shown) == 0 {
		return nil
	}
	rows := [][]screen.Cell{screen.Head("NAME", "OPEN", "UNREAD", "ACTIVE", "INACTIVE", "")}
	for _, l := range shown {
		row := screen.Row(l.Name, "?", "?", "?", "?", "")
		if l.Open != nil {
			row[1].Text = fmt.Sprint(*l.Open)
		}
		if l.Counts != nil {
			row[2].Text, row[3].Text, row[4].Text = fmt.Sprint(l.Counts.Unread), fmt.Sprint(l.Counts.Active), fmt.Sprint(l.Counts.Inactive)
		}
		if l.Draining != nil {
			row[5] = screen.Cell{Text: v.draining(l.Draining), Colour: screen.Yellow}
		}
		rows = append(rows, row)
	}
	lines := s.Table("  ", rows)
	if more := len(v.Lists) - len(shown); more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more with less open (-o json has all)", more))
	}
	return lines
}

// weight puts lists that drain and those with the most open requests first.
func weight(l List) int64 {
	var w int64
	if l.Draining != nil {
		w = 1 << 40
	}
	if l.Open != nil {
		w += *l.Open
	}
	return w
}

func (v *Overview) draining(d *Draining) string {
	text := "deleted"
	if d.Since != nil {
		text += " " + v.since(*d.Since) + " ago"
	}
	switch d.Policy {
	case v1alpha1.DeletionTransfer:
		return text + ": its requests move to " + d.TransferTo
	case v1alpha1.DeletionClose:
		return text + ": its requests are being closed"
	}
	text += ": it drains"
	switch {
	case d.Since == nil: // it has only just begun, and the deadline follows from it
	case d.Deadline == nil:
		text += ", with no deadline"
	case d.Deadline.After(v.at):
		text += ", what is left is closed in " + duration.HumanDuration(d.Deadline.Sub(v.at))
	default:
		text += ", and its deadline is over"
	}
	return text
}

func (v *Overview) since(t time.Time) string { return duration.HumanDuration(max(v.at.Sub(t), 0)) }

// mostNames is how many names of a kind stand before a message that all of them share.
const mostNames = 3

func findingTable(s screen.Screen, colour screen.Colour, findings []Finding) []string {
	var lines []string
	for _, g := range grouped(findings) {
		objects := make([]string, len(g.kinds))
		for i, kind := range g.kinds {
			names := g.names[kind]
			if more := len(names) - mostNames; more > 1 {
				names = append(slices.Clip(names[:mostNames]), fmt.Sprintf("%d more", more))
			}
			objects[i] = kind + " " + s.Paint(screen.Bold, strings.Join(names, ", "))
		}
		lines = append(lines, fmt.Sprintf("  %s  %s", strings.Join(objects, "; "), s.Paint(colour, string(g.Reason))))
		lines = append(lines, s.Paragraph("      ", g.Message)...)
	}
	return lines
}
