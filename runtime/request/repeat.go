package request

import "strings"

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

func remember(d *Document, c Command, o Outcome) {
	if c.Key == "" || c.Kind == Receive {
		return
	}
	d.Recent = append(d.Recent, Done{Key: repeatKey(c), Outcome: o})
	if extra := len(d.Recent) - recentCommands; extra > 0 {
		d.Recent = d.Recent[extra:]
	}
}

// repeatKey keeps actors apart, and commands: a key that is used again for
// something else does not swallow it.
func repeatKey(c Command) string {
	return strings.Join([]string{string(c.Actor.Kind), c.Actor.Name, string(c.Kind), c.Key}, "\x1f")
}

// keep numbers the message of a Receive and takes it into the window of messages
// that a joining agent sees.
func keep(d *Document, c Command, env Env) (*Message, []int64) {
	m := c.Message
	m.Number, m.From, m.At = d.Messages.Next(), c.Actor, env.Now
	return &m, d.Messages.push(len(m.Text))
}
