package load

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
)

// Table writes the report for a person.
func (r *Report) Table(w io.Writer) error {
	s := screen.Of(w)
	lines := []string{
		fmt.Sprintf("%d agents on %d lists over %s, %.0f s: %d requests (%.1f a second), %d events told",
			r.Agents, r.Lists, r.Binding, r.Seconds, r.Opened, r.Rate, r.Received),
		fmt.Sprintf("%d connections lost by agents, %d cut off by the runtime, %d restarts%s", r.Drops, r.CutOff, len(r.Restarts), r.recovered()), "",
	}
	if r.Highest == nil { // its steps have figures of their own
		lines = append(lines, s.Table("", r.latencies())...)
		lines = append(lines, "")
	}
	lines = append(lines, s.Table("", r.verdict())...)
	for _, e := range r.Examples {
		lines = append(lines, "  "+e)
	}
	for _, what := range slices.Sorted(maps.Keys(r.Failed)) {
		lines = append(lines, fmt.Sprintf("given up  %s: %d times", what, r.Failed[what]))
	}
	if r.Starved > 0 {
		lines = append(lines, fmt.Sprintf("%d requests were not opened: no customer was free; raise --customers", r.Starved))
	}
	lines = append(lines, "", r.Usage.line())
	if r.Highest != nil {
		lines = append(lines, "")
		lines = append(lines, r.Highest.lines(s)...)
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

func (r *Report) recovered() string {
	var took []string
	for _, ms := range r.Restarts {
		took = append(took, fmt.Sprintf("%.1f s", ms/1000))
	}
	if len(took) == 0 {
		return ""
	}
	return " (all agents back after " + strings.Join(took, ", ") + ")"
}

func (r *Report) latencies() [][]screen.Cell {
	rows := [][]screen.Cell{screen.Head("MS", "COUNT", "P50", "P90", "P99", "MAX")}
	add := func(what string, p Percentiles) {
		if p.Count > 0 {
			rows = append(rows, screen.Row(what, fmt.Sprint(p.Count), ms(p.P50), ms(p.P90), ms(p.P99), ms(p.Max)))
		}
	}
	add("posted to told", r.Notification)
	add("posted to told, after a break", r.AfterBreaks)
	for _, kind := range kinds {
		add(kind, r.Commands[kind])
	}
	add("calls over a break", r.BrokenCommands)
	return rows
}

func ms(v float64) string { return fmt.Sprintf("%.1f", v) }

func (r *Report) verdict() [][]screen.Cell {
	rows := [][]screen.Cell{{{Text: "published to agents"}, {Text: fmt.Sprint(r.Published)}}, {{Text: "delivered"}, {Text: fmt.Sprint(r.Delivered)}}}
	add := func(what string, n int) {
		colour := screen.Green
		if n > 0 {
			colour = screen.Red
		}
		rows = append(rows, []screen.Cell{{Text: what}, {Text: fmt.Sprint(n), Colour: colour}})
	}
	add("lost", r.Lost)
	add("duplicates", r.Duplicates)
	add("order errors", r.OrderErrors)
	add("told to strangers", r.Strays)
	add("views that differ in the end", r.Views)
	if r.Gaps > 0 {
		rows = append(rows, screen.Row("gaps, with a snapshot", fmt.Sprint(r.Gaps)))
	}
	return rows
}

func (u Usage) line() string {
	own := fmt.Sprintf("this load %.2f of %d processors", u.OwnCPU, u.Processors)
	if u.RuntimeCPU == 0 {
		return own
	}
	return fmt.Sprintf("runtime %.2f and %s; %.0f µs of the runtime's for each event told, %.0f MiB; 99 of 100 commits within %.0f ms",
		u.RuntimeCPU, own, u.PerDelivery, float64(u.Memory)/(1<<20), u.CommitP99)
}

func (h *Highest) lines(s screen.Screen) []string {
	rows := [][]screen.Cell{screen.Head("RATE", "OPENED/S", "TOLD/S", "TOLD P99 MS", "POST P99 MS", "COMMIT P99 MS", "RUNTIME CPU", "LOAD CPU", "")}
	for _, step := range h.Steps {
		end := screen.Cell{Text: "carried", Colour: screen.Green}
		if !step.Carried {
			end = screen.Cell{Text: "gave way", Colour: screen.Red}
		}
		rows = append(rows, append(screen.Row(fmt.Sprintf("%.0f", step.Rate), fmt.Sprintf("%.1f", step.Opened), fmt.Sprintf("%.0f", step.Deliveries),
			ms(step.Notification.P99), ms(step.Post.P99), ms(step.CommitP99), fmt.Sprintf("%.2f", step.RuntimeCPU), fmt.Sprintf("%.2f", step.OwnCPU)), end))
	}
	lines := s.Table("", rows)
	if h.GaveWay != "" {
		lines = append(lines, "", fmt.Sprintf("Carried: %.0f requests a second. What gave way first: %s.", h.Rate, h.GaveWay))
	}
	return lines
}
