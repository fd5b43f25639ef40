package snapshot

import (
	"fmt"
	"net/url"
	"slices"
)

// Problems says what is wrong with the settings of the whole runtime. It is
// Validate's part that needs no other object, and so is that of a List and a
// Channel: a compiler asks the same before it takes an object in.
func (s *Snapshot) Problems() []string {
	var p problems
	p.check(s.Retention.Feed > 0 && s.Retention.Closed > 0, "retention of feed and of closed requests must be above zero")
	p.check(known(s.Sessions.Policy, SessionAllow, SessionReplace), "session policy %q is not known here", s.Sessions.Policy)
	p.notNegative("disconnect grace", s.Sessions.DisconnectGrace)
	p.notNegative("transfer timeout", s.TransferTimeout)
	p.webhook("event sink", s.EventSink)
	p.origins(s.AllowedOrigins)
	p.rate("agents", s.RateLimits.Agent)
	p.rate("connectors", s.RateLimits.Connector)
	return p
}

// Problems says what is wrong with the list by itself.
func (l *List) Problems() []string {
	var p problems
	p.check(0 < l.SoonAfter && l.SoonAfter < l.OverdueAfter && l.OverdueAfter <= l.AutoCloseAfter,
		"times must be in the order 0 < soonAfter < overdueAfter <= autoCloseAfter")
	p.check(l.ClosePolicy != "" && known(l.ClosePolicy, CloseMembers, CloseSubscribers, CloseAdmins), "close policy %q is not known here", l.ClosePolicy)
	p.check(known(l.JoinPolicy, JoinCollaboration, JoinGrab), "join policy %q is not known here", l.JoinPolicy)
	p.check(known(l.ReopenPolicy, ReopenNewRequest, ReopenReopen), "reopen policy %q is not known here", l.ReopenPolicy)
	p.check(known(l.RealertPolicy, RealertNever, RealertOnCustomerMessage), "realert policy %q is not known here", l.RealertPolicy)
	p.check(known(l.CapacityPolicy, CapacityIgnore, CapacityWarn, CapacityEnforce), "capacity policy %q is not known here", l.CapacityPolicy)
	p.notNegative("time between two alerts", l.RealertAfter)
	p.notNegative("response time", l.ResponseTime)
	p.wrapUp(l.WrapUp)
	p.deletion(l)
	return p
}

// Problems says what is wrong with the channel by itself.
func (c *Channel) Problems() []string {
	var p problems
	p.check(c.RoutingMode != "" && known(c.RoutingMode, RoutingPull, RoutingPush, RoutingExternal), "routing mode %q is not known here", c.RoutingMode)
	p.notNegative("customer activity timeout", c.CustomerActivityTimeout)
	p.check(c.MessageMaxLength >= 0, "the longest message has %d characters, which is below zero", c.MessageMaxLength)
	p.webhook("outbound", c.Outbound)
	return p
}

type problems []string

func (p *problems) origins(allowed []string) {
	for _, o := range allowed {
		_, ok := Origin(o)
		p.check(ok || o == AnyOrigin, "allowed origin %q is not a scheme and a host, with a port or without, nor %q", o, AnyOrigin)
	}
}

func (p *problems) rate(of string, r *Rate) {
	p.check(r == nil || r.PerSecond > 0 && r.Burst > 0, "the rate limit of %s must be above zero, both a second and at once", of)
}

func (p *problems) check(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Sprintf(format, args...))
	}
}

// known tells whether a policy is one of those; an empty one stands for its default.
func known[T ~string](policy T, policies ...T) bool {
	return policy == "" || slices.Contains(policies, policy)
}

func (p *problems) notNegative(what string, d Duration) {
	p.check(d >= 0, "%s is %s, which is below zero", what, d.D())
}

func (p *problems) wrapUp(w *WrapUp) {
	if w == nil {
		return
	}
	names := map[string]bool{}
	for _, r := range w.Reasons {
		p.check(r.Name != "", "a wrap-up reason has no name")
		p.check(!names[r.Name], "wrap-up reason %s is there twice", r.Name)
		names[r.Name] = true
	}
	p.check(names[w.DefaultReason], "the default wrap-up reason %q is not among the reasons", w.DefaultReason)
	p.notNegative("wrap-up timeout", w.Timeout)
}

func (p *problems) deletion(l *List) {
	d := l.Deletion
	p.check(known(d.Policy, DeletionDrain, DeletionTransfer, DeletionClose), "deletion policy %q is not known here", d.Policy)
	p.check((d.Policy == DeletionTransfer) == (d.TransferTo != ""), "deletion policy %q and transfer to %q do not go together", d.Policy, d.TransferTo)
	p.check(d.TransferTo == "" || d.TransferTo != l.Name, "a list that is deleted cannot take its own requests")
	p.notNegative("deletion deadline", d.Deadline)
}

// webhook never quotes the URL: some have a secret in them.
func (p *problems) webhook(what string, w *Webhook) {
	if w == nil {
		return
	}
	u, err := url.Parse(w.URL)
	p.check(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "",
		"the URL of %s is not absolute, with http or https and a host", what)
}
