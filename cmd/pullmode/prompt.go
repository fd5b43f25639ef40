package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// prompt takes commands when a person types: when the standard input is a
// terminal. quit is called when they have had enough.
func (d *desk) prompt(ctx context.Context, quit context.CancelCauseFunc) {
	in, ok := d.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) || !d.out.text() {
		return
	}
	next := d.lines(in)
	d.note("type help for what can be done here")
	// It waits for a key that may never come, so nobody waits for it: it ends
	// with the process.
	go func() {
		for {
			line, err := next()
			if err != nil {
				quit(errQuit)
				return
			}
			if err := d.command(ctx, strings.Fields(line)); err != nil {
				if errors.Is(err, errQuit) {
					quit(errQuit)
					return
				}
				d.note("%s", explain(err, d.name))
			}
		}
	}()
}

// lines reads typed lines. Where the screen is a terminal too, an event that
// comes in the middle of a line does not tear it: the line is drawn again below.
func (d *desk) lines(in *os.File) func() (string, error) {
	out, ok := d.stdout.(*os.File)
	if !ok || !term.IsTerminal(int(out.Fd())) {
		return scan(in)
	}
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return scan(in)
	}
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "> ")
	if width, height, err := term.GetSize(int(out.Fd())); err == nil {
		_ = screen.SetSize(width, height) // it keeps to 80 columns otherwise
	}
	d.restore = func() { _ = term.Restore(int(in.Fd()), before) }
	d.stdout, d.stderr = screen, screen
	return screen.ReadLine
}

func scan(in io.Reader) func() (string, error) {
	lines := bufio.NewScanner(in)
	return func() (string, error) {
		if !lines.Scan() {
			return "", io.EOF
		}
		return lines.Text(), nil
	}
}
