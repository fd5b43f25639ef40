package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
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
	// me and url are for the greeting, once the feed is there.
	me  protocol.Me
	url string

	mu     sync.Mutex // of what follows, and keeps lines whole
	board  *board.Board
	lists  string // as they were last shown
	there  bool   // the first snapshot has come
	broken bool   // the connection has, and nothing came since
}

func newDesk(cmd *cobra.Command, agent *client.Agent, me protocol.Me, url string, out *output) *desk {
	return &desk{
		agent: agent, me: me, url: url, out: out, name: cmd.Root().DisplayName(), board: board.New(me.Agent),
		in: cmd.InOrStdin(), stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(), restore: func() {},
	}
}

func (d *desk) close() { d.restore() }

// show prints an event.
func (d *desk) show(event client.Event, value any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken {
		d.broken = false
		d.remark("connected again")
	}
	if !d.out.text() {
		return d.raw(event)
	}
	var lines []string
	switch v := value.(type) {
	case *protocol.Event:
		lines = []string{d.board.Event(v)}
	case *protocol.Snapshot:
		d.greet(v)
		lines = d.board.Snapshot(v)
	case *protocol.ListsChanged:
		// After a break they are told of whether they have changed or not.
		if now := board.Lists(v.Lists); now != d.lists {
			d.lists = now
			lines = []string{"-- your lists are now: " + now}
		}
	case *protocol.AlertWithdrawn:
		lines = []string{d.board.Withdrawn(v)}
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
	_, err := d.stdout.Write(one.Bytes())
	return err
}

// disconnected says that the feed broke, and when it is tried again.
func (d *desk) disconnected(why error, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = true
	d.remark("not connected (%s): trying again in %v", brief(why), wait.Round(100*time.Millisecond))
}

// brief is an error's last part, which says what happened.
func brief(err error) string {
	var network *net.OpError
	var problem *protocol.Problem
	switch {
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the runtime has ended the connection"
	case errors.As(err, &problem):
		return problem.Title
	case errors.As(err, &network):
		return network.Err.Error()
	}
	return err.Error()
}

// greet says who the agent is, once what they see is there. The lock is held.
func (d *desk) greet(s *protocol.Snapshot) {
	if d.there {
		return
	}
	d.there = true
	d.lists = board.Lists(s.Lists)
	d.remark("%s at %s: %s", d.me.Agent, d.url, d.lists)
}

// note says something that is no event.
func (d *desk) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remark(format, args...)
}

// remark is note with the lock held.
func (d *desk) remark(format string, args ...any) {
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
