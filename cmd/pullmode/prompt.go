package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
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

const help = `join N     become a member of request #N, and see its messages
leave N    end that
close N    close the request for everybody
show N     show the request and its last messages
list       show what is open
quit       leave the desk (requests that you joined stay joined)`

// command carries out what was typed.
func (d *desk) command(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return nil
	}
	switch words[0] {
	case "quit", "exit":
		return errQuit
	case "help", "?":
		return d.say(strings.Split(help, "\n"))
	case "list":
		return d.list(ctx)
	case "show":
		return d.about(words, func(id string) ([]string, error) {
			c, err := d.agent.Request(ctx, id)
			if err != nil {
				return nil, err
			}
			return board.Conversation(c), nil
		})
	}
	act, known := actions[words[0]]
	if !known {
		return fmt.Errorf("%q is no command: join N, leave N, close N, show N, list, help, quit", words[0])
	}
	return d.about(words, func(id string) ([]string, error) {
		r, err := act(d.agent, ctx, id)
		if err != nil {
			return nil, err
		}
		return board.Result(r), nil
	})
}

// actions are what an agent can do with a request.
var actions = map[string]func(*client.Agent, context.Context, string) (protocol.Result, error){
	"join":  (*client.Agent).Join,
	"leave": (*client.Agent).Leave,
	"close": (*client.Agent).Close,
}

// about does something with the request that the second word names.
func (d *desk) about(words []string, do func(id string) ([]string, error)) error {
	if len(words) != 2 {
		return fmt.Errorf("which request? Say %s and its number, such as %s 1", words[0], words[0])
	}
	d.mu.Lock()
	id, err := d.board.ID(words[1])
	d.mu.Unlock()
	if err != nil {
		return err
	}
	lines, err := do(id)
	if err != nil {
		return err
	}
	return d.say(lines)
}

func (d *desk) list(ctx context.Context) error {
	var requests []*protocol.Request
	for r, err := range d.agent.Requests(ctx, client.Query{}) {
		if err != nil {
			return err
		}
		requests = append(requests, r)
	}
	if len(requests) == 0 {
		return d.say([]string{"nothing is open"})
	}
	lines := make([]string, len(requests))
	d.mu.Lock()
	for i, r := range requests {
		lines[i] = d.board.Row(r)
	}
	d.mu.Unlock()
	return d.say(lines)
}

func (d *desk) say(lines []string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.write(lines...)
}
