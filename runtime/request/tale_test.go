package request

import (
	"fmt"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

// tale is one request's story: commands one after the other, on a clock that the
// test moves.
type tale struct {
	t   *testing.T
	d   *Document
	env Env
	n   int
}

// of begins a tale on a list with everything switched on.
func of(t *testing.T) *tale { return &tale{t: t, env: everything()} }

func everything() Env {
	return Env{
		Now: start, OfferTimeout: time.Minute, Limit: 100,
		List: &snapshot.List{
			ClosePolicy: snapshot.CloseMembers, AutoCloseAfter: snapshot.Duration(24 * time.Hour),
			ResponseTime:  snapshot.Duration(2 * time.Minute),
			RealertPolicy: snapshot.RealertOnCustomerMessage, RealertAfter: snapshot.Duration(time.Minute),
			WrapUp: &snapshot.WrapUp{
				Reasons:       []snapshot.WrapUpReason{{Name: "sold"}, {Name: "lost"}, {Name: "c"}, {Name: "d"}, {Name: "e"}, {Name: "f"}},
				DefaultReason: "lost", Timeout: snapshot.Duration(time.Minute),
			},
		},
		Channel: &snapshot.Channel{
			CustomerActivityTimeout: snapshot.Duration(10 * time.Minute), Outbound: &snapshot.Webhook{URL: "https://example.com"},
		},
	}
}

func grab(t *testing.T) *tale {
	s := of(t)
	s.env.List.JoinPolicy = snapshot.JoinGrab
	return s
}

// do decides a command and goes on from what it came to.
func (s *tale) do(c Command, want Outcome) Decision {
	s.t.Helper()
	s.n++
	s.env.Place = Place{ID: fmt.Sprintf("r%d", s.n), List: "l1", Channel: "c2", ChannelType: "FACEBOOK"}
	d := Decide(s.d, c, s.env)
	if d.Outcome != want {
		s.t.Fatalf("%s by %s came to %s, want %s", c.Kind, c.Actor.Name, d.Outcome, want)
	}
	if d.Next != nil {
		s.d = d.Next
	}
	return d
}

func (s *tale) wait(d time.Duration) { s.env.Now = s.env.Now.Add(d) }

func (s *tale) state(want State, members ...string) {
	s.t.Helper()
	if s.d.State != want || fmt.Sprint(s.d.Agents()) != fmt.Sprint(append([]string{}, members...)) {
		s.t.Fatalf("%s with %v, want %s with %v", s.d.State, s.d.Agents(), want, members)
	}
}

func to(agent string, c Command) Command     { c.Target.Agent = agent; return c }
func toList(list string, c Command) Command  { c.Target.List = list; return c }
func ofOffer(id string, c Command) Command   { c.Offer = id; return c }
func saying(text string, c Command) Command  { c.Message.Text = text; return c }
func because(c Command, r ...string) Command { c.Reasons = r; return c }
func system(kind Kind) Command {
	return Command{Kind: kind, Actor: Actor{Kind: SystemActor, Name: "clock"}}
}
