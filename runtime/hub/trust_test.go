package hub_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// carol is an Admin of l1 and l2 by her group, and has chosen l1.
func carol(t *testing.T, l *lab.Lab) *hub.Conn {
	t.Helper()
	see(t, l, lab.Carol)
	if err := l.Do.Subscribe(ctx, lab.Carol, "l1"); err != nil {
		t.Fatal(err)
	}
	c := l.Connect(lab.Carol, "")
	next(t, c)
	return c
}

// New groups take effect on a living connection, as a new snapshot does.
func TestRenew(t *testing.T) {
	l := lab.Start(t)
	c := carol(t, l)
	open := l.Message("john", "m1").Request
	wantTypes(t, "as an Admin", next(t, c).Frames, protocol.EventReceived)

	nobody := inbox.Agent{Name: "carol"}
	see(t, l, nobody)
	c.Renew(nobody)
	wantTypes(t, "without her group", next(t, c).Frames, protocol.EventListsChanged)
	l.Message("mary", "m2") // not hers any more

	see(t, l, lab.Carol)
	c.Renew(lab.Carol)
	frames := next(t, c).Frames
	wantTypes(t, "with her group again", frames, protocol.EventListsChanged, protocol.EventSnapshot)
	if s := snapshotOf(t, frames[1]); len(s.Only) != 1 || s.Only[0] != "l1" || len(s.Requests) != 2 || s.Requests[0].ID != open {
		t.Errorf("shown %+v", s)
	}
	c.Renew(lab.Carol) // nothing is different
	l.Message("paul", "m3")
	frames, _ = until(t, c, 1)
	wantTypes(t, "from then on", frames, protocol.EventReceived)
}

// A connection is one agent's for good.
func TestRenewAsSomebodyElse(t *testing.T) {
	l := lab.Start(t)
	c := l.Connect(lab.Dave, "")
	next(t, c)
	c.Renew(lab.Alice)
	l.Message("john", "m1")
	l.Hub.Stats() // waits until the hub is done with it
	if n := c.Waiting(); n > 0 {
		t.Errorf("%d events wait for dave", n)
	}
}

// Connections of an issuer that a snapshot does not trust any more end with it.
func TestUntrusted(t *testing.T) {
	const url, other = "https://issuer.example", "https://other.example"
	trusting := func(issuers ...snapshot.Issuer) snapshot.Snapshot {
		config := lab.Config()
		config.Authentication.Issuers = issuers
		return config
	}
	issuer := func(url, audience string) snapshot.Issuer {
		return snapshot.Issuer{URL: url, Audience: audience, UsernameClaim: "sub", GroupsClaim: "groups"}
	}
	tests := map[string]struct {
		then        snapshot.Snapshot
		want, later error // of the connection that there was, and of a later one
	}{
		"as before":             {trusting(issuer(url, "desk")), nil, nil},
		"one more":              {trusting(issuer(other, "desk"), issuer(url, "desk")), nil, nil},
		"another instead":       {trusting(issuer(other, "desk")), hub.ErrUntrusted, hub.ErrUntrusted},
		"for somebody else now": {trusting(issuer(url, "other")), hub.ErrUntrusted, nil},
		"for agents of other names": {
			trusting(snapshot.Issuer{URL: url, Audience: "desk", UsernameClaim: "sub", GroupsClaim: "groups", UsernamePrefix: "guest:"}), hub.ErrUntrusted, nil,
		},
		"by another claim": {
			trusting(snapshot.Issuer{URL: url, Audience: "desk", UsernameClaim: "email", GroupsClaim: "groups"}), hub.ErrUntrusted, nil,
		},
		"for other groups": {
			trusting(snapshot.Issuer{URL: url, Audience: "desk", UsernameClaim: "sub", GroupsClaim: "groups", GroupsPrefix: "guest:"}), hub.ErrUntrusted, nil,
		},
		"with other words for a sign-in": {
			trusting(snapshot.Issuer{URL: url, Audience: "desk", UsernameClaim: "sub", GroupsClaim: "groups", ClientID: "browser", Scopes: []string{"openid"}}), nil, nil,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			l.Program(trusting(issuer(url, "desk")))
			c, err := l.Hub.Connect(ctx, lab.Alice, "", hub.VouchedBy(url))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			next(t, c)
			tc.then.Lists[0].DisplayName = "other than before"
			l.Program(tc.then)
			patience, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			if flush, err := c.Next(patience); !errors.Is(err, tc.want) {
				t.Errorf("%v, %v", types(flush.Frames), err)
			}
			if _, err := l.Hub.Connect(ctx, lab.Alice, "", hub.VouchedBy(url)); !errors.Is(err, tc.later) {
				t.Errorf("a new connection is told %v", err)
			}
		})
	}
}

// A token of another issuer makes that one answer for the connection; one of an
// issuer that is not trusted ends it.
func TestRenewByAnotherIssuer(t *testing.T) {
	const first, second = "https://first.example", "https://second.example"
	l := lab.Start(t)
	config := lab.Config()
	for _, url := range []string{first, second} {
		config.Authentication.Issuers = append(config.Authentication.Issuers, snapshot.Issuer{URL: url, Audience: "desk"})
	}
	l.Program(config)
	c, err := l.Hub.Connect(ctx, lab.Alice, "", hub.VouchedBy(first))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	next(t, c)
	c.Renew(lab.Alice, hub.VouchedBy(second))
	config.Authentication.Issuers = config.Authentication.Issuers[1:]
	config.Lists[0].DisplayName = "Renamed"
	l.Program(config)
	wantTypes(t, "the second one still vouches", next(t, c).Frames, protocol.EventListsChanged)
	c.Renew(lab.Alice, hub.VouchedBy(first))
	if _, err := c.Next(ctx); !errors.Is(err, hub.ErrUntrusted) {
		t.Errorf("%v", err)
	}
}
