package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/verdicts"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

type watching struct {
	signIn
	count   int
	until   string
	timeout time.Duration
	out     *output
}

// What --until takes besides the states.
const (
	message = "message"
	offer   = "offer"
)

var untils = []string{string(request.Unread), string(request.Active), string(request.Inactive), string(request.Closed), message, offer}

func newAgent() *cobra.Command {
	var w watching
	cmd := &cobra.Command{
		Use:   "agent --as NAME",
		Short: "Sit at an agent's desk: see requests as they come, join, leave and close them",
		Long: `Sit at an agent's desk. What is open on the agent's lists is printed first, then a
line for everything that happens, as the runtime tells of it. When the connection
breaks it is made again, and nothing is missed.

In a terminal it takes commands: join 1, say 1 Good morning, leave 1, close 1, help.
In a script, --count and --until end it when enough has happened, and -o json prints
one event of the feed a line.

Notifications are new requests, changes of a request's state or members, requests that
somebody else has grabbed, messages of requests that the agent has joined, whether their
customers are there, and offers.`,
		Example: `  pullmode agent --as alice
  pullmode agent --as sam --groups supervisors
  pullmode agent --url https://routing.example.com --token-file token
  pullmode agent --as alice -o json --until CLOSED --timeout 1m | jq .requestId`,
		Args: cobra.NoArgs,
	}
	w.flags(cmd)
	f := cmd.Flags()
	f.IntVar(&w.count, "count", 0, "end after this many notifications")
	f.StringVar(&w.until, "until", "", "end when a request comes into this state, or with a message or an offer: "+strings.Join(untils, ", "))
	f.DurationVar(&w.timeout, "timeout", 0, "fail when --count or --until have not come about after this long")
	f.StringVar(&w.binding, "binding", string(client.SSE), "what the feed comes over: "+bindings+"; over a websocket, commands go with it")
	w.out = outputFlag(cmd, asJSON)
	cmd.RunE = w.run
	return cmd
}

func (w *watching) run(cmd *cobra.Command, _ []string) error {
	if w.until != message && w.until != offer {
		w.until = strings.ToUpper(w.until)
	}
	if w.until != "" && !slices.Contains(untils, w.until) {
		return usage("--until takes %s", strings.Join(untils, ", "))
	}
	if err := checkBinding(w.binding); err != nil {
		return err
	}
	if w.timeout > 0 && !w.waits() {
		return usage("--timeout needs something to wait for: give --count or --until")
	}
	ctx, cancel := w.bounded(cmd.Context())
	defer cancel(nil)
	agent, err := w.agent(ctx)
	if err != nil {
		return err
	}
	me, err := agent.Me(ctx)
	if err != nil {
		return w.ended(ctx, err)
	}
	d := newDesk(cmd, agent, me, w.url, w.out)
	defer d.close()
	d.prompt(ctx, cancel)
	return w.ended(ctx, w.follow(ctx, agent, d))
}

// follow shows events until enough has happened (nil) or nothing can any more.
func (w *watching) follow(ctx context.Context, agent *client.Agent, d *desk) error {
	seen := 0
	for event, err := range agent.Events(ctx, client.Follow{Disconnected: d.disconnected}) {
		if err != nil {
			return err
		}
		value, err := event.Value()
		if err != nil {
			return err
		}
		if err := d.show(event, value); err != nil {
			return err
		}
		e, ok := value.(*protocol.Event)
		if !ok {
			continue
		}
		seen++
		if w.enough(e, seen) {
			return nil
		}
	}
	return ctx.Err()
}

func (w *watching) waits() bool { return w.count > 0 || w.until != "" }

func (w *watching) enough(e *protocol.Event, seen int) bool {
	if w.count > 0 && seen >= w.count {
		return true
	}
	switch e.Type {
	case protocol.EventMessage:
		return w.until == message
	case protocol.EventOffer:
		return w.until == offer
	}
	return w.until != "" && e.Request != nil && w.until == string(e.Request.State)
}

var (
	errTimeout = errors.New("it did not come about in time")
	errQuit    = errors.New("quit")
)

func (w *watching) bounded(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if w.timeout > 0 {
		timer := time.AfterFunc(w.timeout, func() {
			cancel(fmt.Errorf("%w: waited %v for %s", errTimeout, w.timeout, w.wanted()))
		})
		context.AfterFunc(ctx, func() { timer.Stop() })
	}
	return ctx, cancel
}

func (w *watching) wanted() string {
	var what []string
	if w.count > 0 {
		what = append(what, verdicts.Counted(w.count, "notification"))
	}
	if w.until != "" {
		what = append(what, w.until)
	}
	return strings.Join(what, " or ")
}

// ended says whether the end was meant: the desk was left, or enough was seen.
func (w *watching) ended(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case err == nil, errors.Is(cause, errQuit):
		return nil
	case errors.Is(cause, errTimeout):
		return cause
	case cause != nil && w.waits():
		return fmt.Errorf("interrupted before %s came about", w.wanted())
	case cause != nil:
		return nil
	}
	return err
}
