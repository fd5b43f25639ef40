package load

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// conversation is one request, from its customer's first message on. Its steps
// follow each other, so that who is in it is known at every moment.
type conversation struct {
	run      *run
	list     int
	customer string
	id       string
	members  []*agent
}

// step is one thing that happens to a request.
type step func(*conversation, context.Context) error

// live has a conversation, and says whether its customer is free again.
func (r *run) live(ctx context.Context, list int, customer string) (free bool) {
	c := &conversation{run: r, list: list, customer: customer}
	if c.open(ctx) != nil {
		return false
	}
	steps := r.Mix.steps()
	for _, next := range steps {
		wait := r.Life / time.Duration(len(steps))
		if r.quiet(wait/2+rand.N(wait+1)) != nil || next(c, ctx) != nil {
			return false
		}
	}
	return c.id == ""
}

// steps are what happens to a request after it was opened: joins first, since without
// one nothing can be left, and a close last.
func (m Mix) steps() []step {
	var between []step
	add := func(average float64, s step) {
		for n := chance(average); n > 0; n-- {
			between = append(between, s)
		}
	}
	add(m.Joins-1, (*conversation).join)
	add(m.Leaves, (*conversation).leave)
	add(m.Messages, (*conversation).write)
	rand.Shuffle(len(between), func(i, j int) { between[i], between[j] = between[j], between[i] })
	var first, last []step
	if chance(min(m.Joins, 1)) > 0 {
		first = []step{(*conversation).join}
	}
	if chance(min(m.Closes, 1)) > 0 {
		last = []step{(*conversation).close}
	}
	return slices.Concat(first, between, last)
}

// chance is a whole number that is the given one on average.
func chance(average float64) int {
	n := int(average)
	if rand.Float64() < average-float64(n) {
		n++
	}
	return n
}

// open posts the customer's first message.
func (c *conversation) open(ctx context.Context) error {
	receipt, _, err := c.post(ctx)
	if err != nil {
		return err
	}
	c.id = receipt.Request
	c.run.opened.Add(1)
	c.run.own(c.id)
	c.publish(1)
	return nil
}

// write posts another one; who is in the request has to be told.
func (c *conversation) write(ctx context.Context) error {
	_, id, err := c.post(ctx)
	if err != nil {
		return err
	}
	for _, a := range c.members {
		a.account.owe(id)
	}
	c.run.sent(id)
	return nil
}

func (c *conversation) post(ctx context.Context) (protocol.Receipt, string, error) {
	began := time.Now()
	id, attributes := ulid.Make().String(), map[string]string{postedAt: strconv.FormatInt(began.UnixNano(), 10)}
	restarts := c.run.restarts.Load()
	receipt, err := c.run.connectors[c.list].Post(ctx, protocol.PostMessage{
		ID: id, Text: "Is anybody there?", Attributes: attributes, Customer: protocol.Customer{ID: c.customer, Attributes: attributes},
	})
	c.run.answered("post", began, c.run.restarts.Load() != restarts, err)
	return receipt, id, err
}

func (c *conversation) join(ctx context.Context) error {
	a := c.run.someone(c.list)
	if slices.Contains(c.members, a) {
		return nil // they are there already
	}
	if err := c.command(ctx, a, "join", a.Join); err != nil {
		return err
	}
	c.members = append(c.members, a)
	return nil
}

func (c *conversation) leave(ctx context.Context) error {
	if len(c.members) == 0 {
		return nil
	}
	i := rand.N(len(c.members))
	a := c.members[i]
	c.members = slices.Delete(c.members, i, i+1)
	return c.command(ctx, a, "leave", a.Leave)
}

func (c *conversation) close(ctx context.Context) error {
	a := c.run.someone(c.list)
	if err := c.command(ctx, a, "close", a.Close); err != nil {
		return err
	}
	c.id = ""
	return nil
}

// command has an agent do something, and enters what it published.
func (c *conversation) command(ctx context.Context, a *agent, name string, do func(context.Context, string) (protocol.Result, error)) error {
	began, cuts, restarts := time.Now(), a.line.broken(), c.run.restarts.Load()
	result, err := do(ctx, c.id)
	broken := !a.connected.Load() || a.line.broken() != cuts || c.run.restarts.Load() != restarts
	c.run.answered(name, began, broken, err)
	if err != nil {
		return err
	}
	if o := result.Outcome; o == request.Joined || o == request.Left || o == request.Ended {
		c.publish(result.Request.Version)
	}
	return nil
}

func (c *conversation) publish(version int64) { c.run.ledgers[c.list].of(key{c.id, version}) }
