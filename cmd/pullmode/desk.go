package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// desk shows the feed, and carries out what is typed meanwhile.
type desk struct {
	agent *client.Agent
	out   *output
	name  string // the command's
	in    io.Reader
	// stdout is for events, stderr for what concerns the connection.
	stdout, stderr io.Writer
	restore        func()

	mu    sync.Mutex // of board, and keeps lines whole
	board *board.Board
}

func newDesk(cmd *cobra.Command, agent *client.Agent, out *output) *desk {
	return &desk{
		agent: agent, out: out, name: cmd.Root().DisplayName(), board: board.New(),
		in: cmd.InOrStdin(), stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(), restore: func() {},
	}
}

func (d *desk) close() { d.restore() }

// greet says who the agent is.
func (d *desk) greet(me protocol.Me, url string) {
	if d.out.text() {
		d.note("%s at %s: %s", me.Agent, url, board.Lists(me.Lists))
	}
}

// show prints an event.
func (d *desk) show(event client.Event, value any) error {
	if !d.out.text() {
		return d.raw(event)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var lines []string
	switch v := value.(type) {
	case *protocol.Event:
		lines = []string{d.board.Event(v)}
	case *protocol.Snapshot:
		lines = d.board.Snapshot(v)
	case *protocol.ListsChanged:
		lines = []string{"-- your lists are now: " + board.Lists(v.Lists)}
	case *protocol.Gap:
		lines = []string{fmt.Sprintf("-- some events are lost (%s); what is open now:", v.Reason)}
	}
	return d.write(lines...)
}

// raw prints an event of the feed as it came, on one line.
func (d *desk) raw(event client.Event) error {
	if event.Type == protocol.EventBookmark {
		return nil
	}
	var one bytes.Buffer
	if err := json.Compact(&one, event.Data); err != nil {
		return fmt.Errorf("read a %s event: %w", event.Type, err)
	}
	one.WriteByte('\n')
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := d.stdout.Write(one.Bytes())
	return err
}

// disconnected says that the feed broke, and when it is tried again.
func (d *desk) disconnected(why error, wait time.Duration) {
	if why == nil || why == io.EOF {
		why = fmt.Errorf("the runtime ended it")
	}
	d.note("the connection broke (%v): connecting again in %v", why, wait.Round(100*time.Millisecond))
}

// note says something that is no event.
func (d *desk) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _ = fmt.Fprintf(d.stderr, "-- "+format+"\n", args...)
}

// write prints whole lines at once. The lock is held.
func (d *desk) write(lines ...string) error {
	var all bytes.Buffer
	for _, l := range lines {
		all.WriteString(l)
		all.WriteByte('\n')
	}
	_, err := d.stdout.Write(all.Bytes())
	return err
}
