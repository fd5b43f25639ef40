package replica_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/protocol"
)

// everyKind is every kind of command that there is; a grab is a join that only one
// can win.
var everyKind = []string{
	"message", "agentMessage", "join", "grab", "leave", "close", "endSession", "transfer to a list", "transfer to an agent", "invite",
	"accept", "decline", "withdraw", "remove", "logout", "wrap-up", "dismiss", "dismiss all", "subscribe", "unsubscribe", "customer presence",
}

// worker tells stories: a connector of each channel, and agents of its own. It does
// one thing after the other, so what comes of each is certain.
type worker struct {
	ctx        context.Context
	name       string
	line       *line
	ledger     *ledger
	connectors map[string]*client.Connector
	// a and b are Representatives, c an Admin; d has no feed.
	a, b, c, d desk
	// turn counts the rounds of stories, from another number for each worker: some
	// stories have several ends.
	turn      int
	customers int
	err       error // the first; it ends the worker
}

// desk is an agent.
type desk struct {
	*client.Agent
	name string
}

func newWorker(ctx context.Context, t *testing.T, i *issuer.Issuer, n int, l *line, book *ledger) *worker {
	name := fmt.Sprint("w", n)
	w := &worker{ctx: ctx, name: name, turn: n, line: l, ledger: book, connectors: map[string]*client.Connector{}}
	for _, p := range []lab.Policy{lab.Grab, lab.Reopen, lab.Warn, lab.WrapUp, lab.Response} {
		c, err := client.NewConnector(base, p.Channel(), site.Key(p.Channel()), client.Options{HTTP: l.client(), Attempts: 100})
		if err != nil {
			t.Fatal(err)
		}
		w.connectors[p.Channel()] = c
	}
	w.a, w.b = newDesk(t, i, name+"-a", "team", l), newDesk(t, i, name+"-b", "team", l)
	w.c, w.d = newDesk(t, i, name+"-c", "leads", l), newDesk(t, i, name+"-d", "team", l)
	return w
}

func newDesk(t *testing.T, i *issuer.Issuer, name, group string, l *line) desk {
	token, err := i.Sign(name, []string{group}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	a, err := client.NewAgent(base, client.StaticToken(token), client.Options{HTTP: l.client(), Attempts: 100})
	if err != nil {
		t.Fatal(err)
	}
	return desk{a, name}
}

// run tells stories until there are enough, each to its end.
func (w *worker) run(enough <-chan struct{}) error {
	for {
		w.turn++
		for _, n := range rand.Perm(len(stories)) {
			stories[n](w)
			if w.err != nil {
				return fmt.Errorf("%s: %w", w.name, w.err)
			}
			select {
			case <-enough:
				return nil
			default:
			}
		}
	}
}

// step does one thing, unless something has gone wrong before. The clients repeat
// it, with the same key, until it is answered.
func (w *worker) step(what string, do func(context.Context) error) {
	if w.err != nil {
		return
	}
	w.line.what = what
	err := do(w.ctx)
	w.line.what = ""
	if err != nil {
		w.err = fmt.Errorf("%s: %w", what, err)
		return
	}
	w.ledger.count.Add(1)
}

// promises notes something that has to be so in the end.
func (w *worker) promises(what string, holds func(context.Context) (bool, error)) {
	if w.err == nil {
		w.ledger.promise(what, holds)
	}
}

// present waits until an agent sees that another one is connected.
func present(ctx context.Context, d, other desk) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		targets, err := d.TransferTargets(ctx)
		if err != nil {
			return err
		}
		if slices.Contains(targets.Agents, protocol.TargetAgent{Name: other.name}) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s never came back: %w", other.name, ctx.Err())
		}
	}
}

// grabbedBy is who has what somebody else wanted, as the problem says; empty for any
// other answer.
func grabbedBy(err error) string {
	var p *protocol.Problem
	if !errors.As(err, &p) || p.Type != protocol.ProblemGrabbed {
		return ""
	}
	by, _ := p.Details["grabbedBy"].(string)
	return by
}
