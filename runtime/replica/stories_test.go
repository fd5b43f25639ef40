package replica_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// stories are the lives of requests. Together they hold every kind of command; each
// worker tells them one after the other, and nobody else touches the requests.
var stories = []func(*worker){
	(*worker).handedRound, (*worker).ofALogout, (*worker).grabbed, (*worker).wrappedUp,
	(*worker).dismissed, (*worker).ofChoices, (*worker).forgotten, (*worker).unanswered,
}

// handedRound goes through every way to come into a request, and to go.
func (w *worker) handedRound() {
	c := w.opens(lab.Warn)
	c.writes()
	c.presence(true)
	c.joins(w.a)
	c.says(w.a)
	c.writes()
	c.says(w.a)
	c.joins(w.b)
	c.says(w.b)
	c.leaves(w.b)
	c.declines(w.b, c.invites(w.a, w.b))
	c.withdraws(w.a, c.invites(w.a, w.b))
	c.accepts(w.b, c.invites(w.a, w.b))
	c.accepts(w.c, c.transfersTo(w.a, w.c))
	c.says(w.c)
	c.removes(w.c, w.b)
	c.presence(false)
	switch w.turn % 3 {
	case 0:
		c.closes(w.c)
	case 1:
		c.endsSession()
	default: // T28: the conversation goes on, with its messages
		c = c.movesTo(w.c, lab.Realert)
		c.joins(w.a)
		c.says(w.a)
		c.closes(w.a)
	}
}

// grabbed: who comes too late gets nothing, however often they ask (T09, G2).
func (w *worker) grabbed() {
	c := w.opens(lab.Grab)
	c.joins(w.a)
	c.loses(w.b, w.a)
	c.says(w.a)
	c.leaves(w.a)
	c.joins(w.b)
	c.loses(w.a, w.b)
	c = c.movesTo(w.b, lab.Warn)
	c.joins(w.a)
	c.says(w.a)
	c.closes(w.c)
}

func (w *worker) ofALogout() {
	one, two := w.opens(lab.Warn), w.opens(lab.Grab)
	one.joins(w.a)
	two.joins(w.a)
	w.step("logout", func(ctx context.Context) error {
		_, err := w.a.Logout(ctx)
		return err
	})
	for _, c := range []*chat{one, two} {
		c.tell(request.Logout)
		c.closes(w.c)
	}
}

// wrappedUp is wrapped up by one, and by the timer for the other (T33).
func (w *worker) wrappedUp() {
	c := w.opens(lab.WrapUp)
	c.joins(w.a)
	c.agent("wrap-up", request.WrapUp, request.WrappedUp, func(ctx context.Context) (protocol.Result, error) {
		return w.a.WrapUp(ctx, c.id, protocol.WrapUp{Reasons: []string{"sale"}})
	})
	c.leaves(w.a)
	c.joins(w.b)
	c.closes(w.b)
	c.awaits(request.WrapUpTimeout)
}

// forgotten is left to its autoClose, unanswered to its responseTime (T22, T24).
func (w *worker) forgotten() { w.opens(lab.Reopen).awaits(request.Expire) }

func (w *worker) unanswered() {
	c := w.opens(lab.Response)
	c.joins(w.b)
	c.awaits(request.ResponseTimeout)
}

// dismissed: one alert, and all of them, for good (N5). The requests stay open.
func (w *worker) dismissed() {
	one, two := w.opens(lab.Warn), w.opens(lab.Warn)
	online := w.turn%2 == 0
	one.presence(!online)
	one.presence(online)
	w.promises(fmt.Sprintf("the customer of %s is there: %t", one.id, online), func(ctx context.Context) (bool, error) {
		c, err := w.c.Request(ctx, one.id)
		return err == nil && c.Request.Presence != nil && c.Request.Presence.Online == online, err
	})
	w.step("dismiss", func(ctx context.Context) error { return w.a.Dismiss(ctx, one.id) })
	w.step("dismiss all", w.b.DismissAll)
	for _, promise := range []struct {
		agent  desk
		of     *chat
		stands bool
	}{{w.a, one, false}, {w.a, two, true}, {w.b, one, false}, {w.b, two, false}} {
		w.promises(fmt.Sprintf("%s has an alert of %s: %t", promise.agent.name, promise.of.id, promise.stands), func(ctx context.Context) (bool, error) {
			all, err := promise.agent.Alerts(ctx)
			is := slices.ContainsFunc(all.Alerts, func(r *protocol.Request) bool { return r.ID == promise.of.id })
			return is == promise.stands, err
		})
	}
}

// ofChoices: what an agent chose last, holds (N2, N3).
func (w *worker) ofChoices() {
	list, subscribed := lab.Enforce.List(), w.turn%2 == 0
	for _, yes := range []bool{!subscribed, subscribed} {
		if yes {
			w.step("subscribe", func(ctx context.Context) error { return w.d.Subscribe(ctx, list) })
		} else {
			w.step("unsubscribe", func(ctx context.Context) error { return w.d.Unsubscribe(ctx, list) })
		}
	}
	w.promises(w.d.name+" has what they chose", func(ctx context.Context) (bool, error) {
		me, err := w.d.Me(ctx)
		return slices.ContainsFunc(me.Lists, func(l protocol.List) bool { return l.Name == list && l.Subscribed == subscribed }), err
	})
}

// chat is one request in a story.
type chat struct {
	w        *worker
	on       lab.Policy // its list's; the channel stays that of the first
	channel  string
	customer string
	id       string
	messages int // of the customer
	said     int // by agents
}

func (w *worker) opens(p lab.Policy) *chat {
	w.customers++
	c := &chat{w: w, on: p, channel: p.Channel(), customer: fmt.Sprintf("%s-%d", w.name, w.customers)}
	c.writes()
	return c
}

func (c *chat) tell(kind request.Kind) {
	if c.w.err == nil {
		c.w.ledger.tell(c.id, kind)
	}
}

// awaits leaves the request to a deadline.
func (c *chat) awaits(deadline request.Kind) {
	if c.w.err == nil {
		c.w.ledger.await(c.id, deadline)
	}
}

func (c *chat) writes() {
	c.messages++
	c.w.step("message", func(ctx context.Context) error {
		receipt, err := c.w.connectors[c.channel].Post(ctx, protocol.PostMessage{
			ID: fmt.Sprintf("%s/%d", c.customer, c.messages), Customer: protocol.Customer{ID: c.customer}, Text: "a word",
		})
		switch {
		case err != nil:
			return err
		case c.id == "":
			c.id = receipt.Request
		case c.id != receipt.Request: // INV5
			return fmt.Errorf("message %d of %s went into %s, while %s is open", c.messages, c.customer, receipt.Request, c.id)
		}
		return nil
	})
	c.tell(request.Receive)
}

func (c *chat) presence(online bool) {
	c.w.step("customer presence", func(ctx context.Context) error {
		return c.w.connectors[c.channel].Presence(ctx, c.customer, protocol.PutPresence{Online: online})
	})
}

func (c *chat) endsSession() {
	c.w.step("endSession", func(ctx context.Context) error {
		_, err := c.w.connectors[c.channel].EndSession(ctx, c.customer)
		return err
	})
	c.tell(request.EndSession)
}

// agent has an agent do something, whose outcome is certain.
func (c *chat) agent(what string, kind request.Kind, want request.Outcome, do func(context.Context) (protocol.Result, error)) (r protocol.Result) {
	c.w.step(what, func(ctx context.Context) (err error) {
		r, err = do(ctx)
		if err == nil && r.Outcome != want {
			err = fmt.Errorf("the outcome is %s and not %s", r.Outcome, want)
		}
		return err
	})
	c.tell(kind)
	return r
}

func (c *chat) joins(d desk) {
	what := "join"
	if c.on == lab.Grab {
		what = "grab"
	}
	c.agent(what, request.Join, request.Joined, func(ctx context.Context) (protocol.Result, error) { return d.Join(ctx, c.id) })
}

// loses is a grab that comes too late.
func (c *chat) loses(d, winner desk) {
	c.w.step("", func(ctx context.Context) error {
		_, err := d.Join(ctx, c.id)
		if by := grabbedBy(err); by != winner.name {
			return fmt.Errorf("%s has it, and %s is answered %w", winner.name, d.name, err)
		}
		return nil
	})
}

func (c *chat) leaves(d desk) {
	c.agent("leave", request.Leave, request.Left, func(ctx context.Context) (protocol.Result, error) { return d.Leave(ctx, c.id) })
}

func (c *chat) closes(d desk) {
	c.agent("close", request.Close, request.Ended, func(ctx context.Context) (protocol.Result, error) { return d.Close(ctx, c.id) })
}

func (c *chat) removes(d, member desk) {
	c.agent("remove", request.Remove, request.Removed, func(ctx context.Context) (protocol.Result, error) {
		return d.RemoveMember(ctx, c.id, member.name)
	})
}

func (c *chat) says(d desk) {
	c.said++
	text := fmt.Sprintf("answer %d to %s", c.said, c.customer)
	r := c.agent("agentMessage", request.Say, request.Sent, func(ctx context.Context) (protocol.Result, error) {
		r, err := d.Say(ctx, c.id, protocol.Say{Text: text})
		if err == nil && (r.Message == nil || r.Message.Text != text) {
			err = fmt.Errorf("what was sent is %+v and not %q", r.Message, text)
		}
		return r, err
	})
	if r.Message != nil {
		c.w.ledger.said(c.id, text)
	}
}

// movesTo transfers the request to another list, where it is another one (T28).
func (c *chat) movesTo(d desk, to lab.Policy) *chat {
	r := c.agent("transfer to a list", request.Transfer, request.Transferred, func(ctx context.Context) (protocol.Result, error) {
		return d.Transfer(ctx, c.id, protocol.Target{List: to.List()})
	})
	next := *c
	next.on = to
	if r.Request != nil {
		next.id = r.Request.TransferredTo
		c.w.ledger.goesOn(c.id, next.id)
		next.tell(request.Transfer)
	}
	return &next
}

func (c *chat) invites(d, to desk) string {
	return c.offers("invite", request.Invite, d, to, (*client.Agent).Invite)
}

func (c *chat) transfersTo(d, to desk) string {
	return c.offers("transfer to an agent", request.TransferTo, d, to, (*client.Agent).Transfer)
}

type offering func(*client.Agent, context.Context, string, protocol.Target) (protocol.Result, error)

// offers waits for whom it is made to: they have to be connected (T30).
func (c *chat) offers(what string, kind request.Kind, d, to desk, ask offering) string {
	r := c.agent(what, kind, request.Offered, func(ctx context.Context) (protocol.Result, error) {
		for {
			r, err := ask(d.Agent, ctx, c.id, protocol.Target{Agent: to.name})
			if !client.IsProblem(err, protocol.ProblemAgentOffline) {
				return r, err
			}
			if err := present(ctx, d, to); err != nil {
				return r, err
			}
		}
	})
	if r.Offer == nil {
		return ""
	}
	return r.Offer.ID
}

func (c *chat) accepts(d desk, offer string) {
	c.agent("accept", request.Accept, request.Joined, func(ctx context.Context) (protocol.Result, error) { return d.Accept(ctx, offer) })
}

func (c *chat) declines(d desk, offer string) {
	c.agent("decline", request.Decline, request.Declined, func(ctx context.Context) (protocol.Result, error) { return d.Decline(ctx, offer) })
}

func (c *chat) withdraws(d desk, offer string) {
	c.agent("withdraw", request.Withdraw, request.Withdrawn, func(ctx context.Context) (protocol.Result, error) { return d.Withdraw(ctx, offer) })
}
