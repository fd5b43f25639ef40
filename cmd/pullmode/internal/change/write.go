package change

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
)

var signs = map[Action]struct {
	sign   string
	colour screen.Colour
}{Add: {"+", screen.Green}, Modify: {"~", screen.Yellow}, Remove: {"-", screen.Red}}

// Lines shows the report to a person.
func (r *Report) Lines(s screen.Screen) []string {
	var text []string
	for i := 0; i < len(r.Changes); {
		of := r.Changes[i].Of
		text = append(text, s.Paint(screen.Bold, of))
		first, width := i, 0
		for ; i < len(r.Changes) && r.Changes[i].Of == of; i++ {
			if n := utf8.RuneCountInString(names(r.Changes[i].Names)); n < beside {
				width = max(width, n)
			}
		}
		for _, c := range r.Changes[first:i] {
			text = append(text, c.lines(s, width)...)
		}
		text = append(text, "")
	}
	text = append(text, refusedLines(s, "Not accepted", screen.Red, r.Refused)...)
	text = append(text, refusedLines(s, "Worth a look", screen.Yellow, r.Remarks)...)
	text = append(text, r.keptLines(s)...)
	text = append(text, r.summary())
	for _, n := range r.Notes {
		text = append(text, s.Paragraph("Note: ", n)...)
	}
	return text
}

// beside is how long a name may be that stands beside what is said of it.
const beside = 32

func (c *Change) lines(s screen.Screen, width int) []string {
	sign, called := signs[c.Action], names(c.Names)
	if length := utf8.RuneCountInString(called); len(c.What) == 1 && length < beside {
		padding := strings.Repeat(" ", width-length+2)
		first := fmt.Sprintf("  %s %s%s", sign.sign, called, padding)
		lines := s.Paragraph(first, c.What[0])
		lines[0] = fmt.Sprintf("  %s %s%s%s", s.Paint(sign.colour, sign.sign), s.Paint(screen.Bold, called), padding, strings.TrimPrefix(lines[0], first))
		return lines
	}
	lines := []string{fmt.Sprintf("  %s %s", s.Paint(sign.colour, sign.sign), s.Paint(screen.Bold, called))}
	for _, w := range c.What {
		lines = append(lines, s.Paragraph("      ", w)...)
	}
	return lines
}

func refusedLines(s screen.Screen, title string, colour screen.Colour, all []Refused) []string {
	if len(all) == 0 {
		return nil
	}
	lines := []string{s.Paint(screen.Bold, title)}
	last := ""
	for _, one := range all {
		called := strings.TrimSpace(one.Kind + " " + one.Name)
		if called != last || called == "" {
			place := ""
			if one.Place != "" {
				place = "  " + one.Place
			}
			lines = append(lines, strings.TrimRight("  "+s.Paint(colour, "!")+" "+strings.TrimSpace(s.Paint(screen.Bold, called)+place), " "))
			last = called
		}
		lines = append(lines, s.Paragraph("      ", fmt.Sprintf("%s: %s", one.Reason, one.Message))...)
	}
	return append(lines, "")
}

func (r *Report) keptLines(s screen.Screen) []string {
	if len(r.Kept) == 0 {
		return nil
	}
	lines := []string{s.Paint(screen.Bold, "Not in the folder, and kept") + " (with --prune: what deleting them would do)"}
	var by []string
	of := map[string][]string{}
	for _, k := range r.Kept {
		if of[k.Kind] == nil {
			by = append(by, k.Kind)
		}
		name := k.Name
		if k.Open != nil && *k.Open > 0 {
			name += fmt.Sprintf(" (%d open)", *k.Open)
		}
		of[k.Kind] = append(of[k.Kind], name)
	}
	rows := make([][]screen.Cell, len(by))
	for i, kind := range by {
		rows[i] = screen.Row(kind, names(of[kind]))
	}
	return append(append(lines, s.Table("    ", rows)...), "")
}

func (r *Report) summary() string {
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	count := map[Action]int{}
	for _, c := range r.Changes {
		count[c.Action] += len(c.Names)
	}
	add(count[Add], "to add")
	add(count[Modify], "to change")
	add(count[Remove], "to remove")
	add(len(r.Refused), "not accepted")
	if len(parts) == 0 {
		return fmt.Sprintf("Nothing would change in namespace %s.", r.Namespace)
	}
	text := fmt.Sprintf("Namespace %s: %s.", r.Namespace, strings.Join(parts, ", "))
	switch n := r.OpenRequests; {
	case n == nil || *n == 0:
	case *n == 1:
		text += " 1 open request is on a list that it touches."
	default:
		text += fmt.Sprintf(" %d open requests are on lists that it touches.", *n)
	}
	return text
}
