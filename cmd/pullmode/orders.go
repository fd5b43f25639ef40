package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

const help = `join N              become a member of request #N, and see its messages
say N TEXT          answer its customer
leave N             end the membership
close N             close the request for everybody
wrap-up N REASON... say what it was about
transfer N TO       hand it on; TO is list NAME or agent NAME
invite N TO         ask somebody in
accept N            accept the offer of a place in request #N
decline N           decline it
withdraw N          take your own offer back
remove N AGENT      remove an agent from the request (Admins)
show N              show the request and its last messages
dismiss N           dismiss its alert; dismiss all for all of them
list                show what is open
alerts              show the alerts that stand
offers              show the offers that stand
targets             show to whom you can transfer, and whom you can invite
logout              leave all requests
quit                leave the desk (what you have joined stays yours for the disconnectGrace)`

// order is something that can be typed about a request.
type order struct {
	// after is what follows the request's number, such as it may be; empty where
	// nothing does.
	after string
	run   func(d *desk, ctx context.Context, id string, after []string) ([]string, error)
}

var orders = map[string]order{
	"join":     {"", acting("join")},
	"leave":    {"", acting("leave")},
	"close":    {"", acting("close")},
	"accept":   {"", answering("accept", false)},
	"decline":  {"", answering("decline", false)},
	"withdraw": {"", answering("withdraw", true)},
	"transfer": {"list l2", handing((*client.Agent).Transfer)},
	"invite":   {"agent bob", handing((*client.Agent).Invite)},
	"show": {"", func(d *desk, ctx context.Context, id string, _ []string) ([]string, error) {
		c, err := d.agent.Request(ctx, id)
		if err != nil {
			return nil, err
		}
		return board.Conversation(c), nil
	}},
	"dismiss": {"", func(d *desk, ctx context.Context, id string, _ []string) ([]string, error) {
		return board.Dismissed(id), d.agent.Dismiss(ctx, id)
	}},
	"say": {"Good morning", func(d *desk, ctx context.Context, id string, words []string) ([]string, error) {
		return resulting(d.agent.Say(ctx, id, protocol.Say{Text: strings.Join(words, " ")}))
	}},
	"wrap-up": {"resolved", func(d *desk, ctx context.Context, id string, reasons []string) ([]string, error) {
		return resulting(d.agent.WrapUp(ctx, id, protocol.WrapUp{Reasons: reasons}))
	}},
	"remove": {"bob", func(d *desk, ctx context.Context, id string, agents []string) ([]string, error) {
		return resulting(d.agent.RemoveMember(ctx, id, agents[0]))
	}},
}

func resulting(r protocol.Result, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	return board.Result(r), nil
}

func acting(verb string) func(*desk, context.Context, string, []string) ([]string, error) {
	return func(d *desk, ctx context.Context, id string, _ []string) ([]string, error) {
		return resulting(actions[verb](d.agent, ctx, id))
	}
}

// answering finds the offer of the request first.
func answering(verb string, own bool) func(*desk, context.Context, string, []string) ([]string, error) {
	return func(d *desk, ctx context.Context, id string, _ []string) ([]string, error) {
		offer, err := offerOf(ctx, d.agent, id, d.me.Agent, own)
		if err != nil {
			return nil, err
		}
		return resulting(actions[verb](d.agent, ctx, offer))
	}
}

func handing(do func(*client.Agent, context.Context, string, protocol.Target) (protocol.Result, error)) func(*desk, context.Context, string, []string) ([]string, error) {
	return func(d *desk, ctx context.Context, id string, to []string) ([]string, error) {
		if len(to) == 2 && to[0] == "list" {
			return resulting(do(d.agent, ctx, id, protocol.Target{List: to[1]}))
		}
		if len(to) == 2 && to[0] == "agent" {
			return resulting(do(d.agent, ctx, id, protocol.Target{Agent: to[1]}))
		}
		return nil, fmt.Errorf("to whom? Say list or agent, and its name")
	}
}

// command carries out what was typed.
func (d *desk) command(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return nil
	}
	switch strings.Join(words, " ") {
	case "quit", "exit":
		return errQuit
	case "help", "?":
		return d.say(strings.Split(help, "\n"))
	case "list":
		return d.list(ctx)
	case "alerts":
		return saying(d, board.Alerts)(d.agent.Alerts(ctx))
	case "offers":
		return saying(d, board.Offers)(d.agent.Offers(ctx))
	case "targets":
		return saying(d, board.Targets)(d.agent.TransferTargets(ctx))
	case "logout":
		return saying(d, board.LoggedOut)(d.agent.Logout(ctx))
	case "dismiss all":
		return saying(d, board.Dismissed)("", d.agent.DismissAll(ctx))
	}
	o, known := orders[words[0]]
	if !known {
		return fmt.Errorf("%q is no command: type help for those that there are", words[0])
	}
	whole := strings.TrimSpace(words[0] + " 1 " + o.after)
	switch {
	case len(words) < 2:
		return fmt.Errorf("which request? Say %s and its number, such as %s", words[0], whole)
	case (o.after == "") != (len(words) == 2):
		return fmt.Errorf("say it as in %s", whole)
	}
	return d.about(words[1], func(id string) ([]string, error) { return o.run(d, ctx, id, words[2:]) })
}

// saying prints the lines of an answer.
func saying[T any](d *desk, text func(T) []string) func(T, error) error {
	return func(answer T, err error) error {
		if err != nil {
			return err
		}
		return d.say(text(answer))
	}
}

// about does something with the request that a word names.
func (d *desk) about(reference string, do func(id string) ([]string, error)) error {
	d.mu.Lock()
	id, err := d.board.ID(reference)
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
