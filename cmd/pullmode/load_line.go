package main

import (
	"fmt"
	"io"
	"time"

	"github.com/pullmode/operator/cmd/pullmode/internal/load"
	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
)

// loadLine tells how far a load is: one line that changes on a terminal, and a line
// now and then elsewhere.
type loadLine struct {
	to       io.Writer
	terminal bool
	said     time.Duration
	note     string
}

func newLoadLine(to io.Writer) *loadLine {
	return &loadLine{to: to, terminal: screen.Of(to).Width > 0}
}

// every is how often a line is written that stays.
const every = 10 * time.Second

func (l *loadLine) show(p load.Progress) {
	text := fmt.Sprintf("%6v  %d requests, %.0f/s  %d of %d agents connected  %d told, p99 %.1f ms",
		p.Elapsed.Round(time.Second), p.Opened, p.Rate, p.Connected, p.Agents, p.Received, p.P99)
	if p.Note != "" {
		text += "  " + p.Note
	}
	switch {
	case l.terminal:
		fmt.Fprintf(l.to, "\r%s\x1b[K", text)
	case p.Elapsed-l.said >= every || p.Note != l.note:
		l.said, l.note = p.Elapsed, p.Note
		fmt.Fprintln(l.to, text)
	}
}

// end clears the line.
func (l *loadLine) end() {
	if l.terminal {
		fmt.Fprint(l.to, "\r\x1b[K")
	}
}
