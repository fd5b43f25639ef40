package request

import (
	"strconv"
	"strings"
)

// Done is a command that was carried out.
type Done struct {
	Key     string  `json:"key"`
	Outcome Outcome `json:"outcome"`
	// Ref is what it made: the id of an offer or of a successor, or the number of a
	// message.
	Ref string `json:"ref,omitempty"`
}

// find looks for an earlier run of the same command. Messages of customers are
// recognised by the store, over all requests of a channel, and not here.
func find(d *Document, c Command) (Done, bool) {
	if d == nil || c.Key == "" || c.Kind == Receive {
		return Done{}, false
	}
	key := repeatKey(c)
	for _, done := range d.Recent {
		if done.Key == key {
			return done, true
		}
	}
	return Done{}, false
}

func remember(d *Document, c Command, decision Decision) {
	if c.Key == "" || c.Kind == Receive {
		return
	}
	d.Recent = append(d.Recent, Done{Key: repeatKey(c), Outcome: decision.Outcome, Ref: made(d, c, decision)})
	if extra := len(d.Recent) - recentCommands; extra > 0 {
		d.Recent = d.Recent[extra:]
	}
}

func made(d *Document, c Command, decision Decision) string {
	switch {
	case decision.Outcome == Offered:
		return d.Last.Offers[0].ID
	case decision.Successor != nil:
		return decision.Successor.ID
	case c.Kind == Say:
		return strconv.FormatInt(decision.Message.Number, 10)
	}
	return ""
}

// repeatKey keeps actors apart, and commands, and whom they are about: a key that is
// used again for something else does not swallow it.
func repeatKey(c Command) string {
	parts := []string{string(c.Actor.Kind), c.Actor.Name, string(c.Kind), c.Key}
	for _, about := range []string{c.Target.Agent, c.Target.List, c.Offer} {
		if about != "" {
			parts = append(parts, about)
		}
	}
	return strings.Join(parts, "\x1f")
}
