// Package screen lays text out for whoever reads it: a person at a terminal, with its
// width and its colours, or a file, with neither.
package screen

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// Screen is where something is shown.
type Screen struct {
	// Width is that of the terminal; 0 where lines may be of any length.
	Width int
	// Height is how many lines fit on it; 0 where there may be any number.
	Height int
	// Colours says whether there are any.
	Colours bool
}

// Of finds out what w is. NO_COLOR, whatever its value, turns colours off, and so
// does TERM=dumb.
func Of(w io.Writer) Screen {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return Screen{}
	}
	s := Screen{Colours: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if width, height, err := term.GetSize(int(file.Fd())); err == nil {
		s.Width, s.Height = width, height
	}
	return s
}

// Terminal tells whether a person sits at both ends.
func Terminal(in io.Reader, out io.Writer) bool {
	i, ok := in.(*os.File)
	o, also := out.(*os.File)
	return ok && also && term.IsTerminal(int(i.Fd())) && term.IsTerminal(int(o.Fd()))
}

// Colour is how a cell is shown.
type Colour string

// The colours. They never carry a meaning that the words beside them do not.
const (
	Plain  Colour = ""
	Bold   Colour = "1"
	Red    Colour = "31"
	Green  Colour = "32"
	Yellow Colour = "33"
	Dim    Colour = "2"
)

// Paint gives the text its colour, where there are colours.
func (s Screen) Paint(c Colour, text string) string {
	if !s.Colours || c == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// Cell is one of a table.
type Cell struct {
	Text   string
	Colour Colour
}

// Row makes cells without a colour.
func Row(texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, t := range texts {
		cells[i].Text = t
	}
	return cells
}

// Head makes the first row of a table.
func Head(texts ...string) []Cell {
	cells := Row(texts...)
	for i := range cells {
		cells[i].Colour = Dim
	}
	return cells
}

// Table gives the lines of a table. Columns are as wide as
// what is in them; the last one is wrapped to the screen.
func (s Screen) Table(indent string, rows [][]Cell) []string {
	var widths []int
	for _, row := range rows {
		for i, c := range row[:max(len(row)-1, 0)] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c.Text))
		}
	}
	var lines []string
	for _, row := range rows {
		line, at := indent, utf8.RuneCountInString(indent)
		for j, c := range row[:max(len(row)-1, 0)] {
			line += s.Paint(c.Colour, c.Text) + strings.Repeat(" ", widths[j]-utf8.RuneCountInString(c.Text)+gap)
			at += widths[j] + gap
		}
		last := row[len(row)-1]
		for k, part := range s.wrap(last.Text, at) {
			if k > 0 {
				line = strings.Repeat(" ", at)
			}
			lines = append(lines, strings.TrimRight(line+s.Paint(last.Colour, part), " "))
		}
	}
	return lines
}

const gap = 2

// Fit leaves out what does not fit on the screen, and says so in its last line.
func (s Screen) Fit(lines []string) []string {
	if s.Height < 2 || len(lines) < s.Height {
		return lines
	}
	shown := s.Height - 2 // one for the remark, and one on which the cursor stands
	return append(lines[:shown:shown], s.Paint(Dim, fmt.Sprintf("(%d more lines)", len(lines)-shown)))
}

// Paragraph gives the lines of a text that begins behind first and goes on below it.
func (s Screen) Paragraph(first, text string) []string {
	at := utf8.RuneCountInString(first)
	parts := s.wrap(text, at)
	for i := range parts {
		if i == 0 {
			parts[i] = first + parts[i]
		} else {
			parts[i] = strings.Repeat(" ", at) + parts[i]
		}
	}
	return parts
}

// wrap breaks a text between words so that it fits beside what stands before it.
// Where too little room is left it stays whole: the terminal breaks it.
func (s Screen) wrap(text string, at int) []string {
	const least = 24
	room := s.Width - at
	if s.Width == 0 || room < least {
		return []string{text}
	}
	var lines []string
	line, length := "", 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if length > 0 && length+1+n > room {
			lines, line, length = append(lines, line), "", 0
		}
		if length > 0 {
			line, length = line+" ", length+1
		}
		line, length = line+word, length+n
	}
	return append(lines, line)
}
