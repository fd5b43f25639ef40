package workload

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// One side may be a day behind the other: at every moment, whatever either of them
// has mounted in the last day connects to whatever the other one has.
func TestRotationWithoutAGap(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	year := 365 * 24 * time.Hour
	for name, tc := range map[string]struct {
		years int
		// late is how long the operator is away whenever something is due.
		late time.Duration
		// spoil is done to what is stored, after so long.
		spoil func(*Credentials)
		after time.Duration
	}{
		"three authorities":                     {years: 14},
		"an operator that is always weeks late": {years: 8, late: 25 * 24 * time.Hour},
		"a leaf has to be issued while the next one is announced": {years: 8, after: authorityLife*2/3 + 2*time.Hour, spoil: func(c *Credentials) {
			c.Server = nil
		}},
		"the authority's Secret is deleted":             {years: 2, after: year, spoil: func(c *Credentials) { c.Authority = nil }},
		"it is deleted while the next one is announced": {years: 8, after: authorityLife*2/3 + time.Hour, spoil: func(c *Credentials) { c.Authority = nil }},
		"its key is spoilt then, and the next one is there": {years: 8, after: authorityLife*2/3 + time.Hour, spoil: func(c *Credentials) {
			c.Authority[keyPrivate] = []byte("garbage")
		}},
		"the next one is spoilt":                      {years: 8, after: authorityLife*2/3 + time.Hour, spoil: func(c *Credentials) { c.Authority[keyNextCertificate] = nil }},
		"the authority is deleted after it was taken": {years: 8, after: authorityLife*2/3 + settle + time.Hour, spoil: func(c *Credentials) { c.Authority = nil }},
	} {
		t.Run(name, func(t *testing.T) {
			s := rotation{t: t}
			s.renew(start)
			for end, spoilt := start.Add(time.Duration(tc.years)*year), tc.spoil == nil; s.now.Before(end); {
				due := s.stored.RenewAt.Add(tc.late)
				if !due.After(s.now) {
					t.Fatalf("at %v something is due at %v", s.now, due)
				}
				if at := start.Add(tc.after); !spoilt && !due.Before(at) {
					spoilt, due = true, at
					tc.spoil(&s.stored)
				}
				// Whatever else happens has the operator look at it in between as well.
				for _, at := range []time.Time{s.now.Add(time.Minute), s.now.Add(settle / 2), due.Add(-time.Minute), due} {
					if at.After(s.now) && !at.After(due) {
						s.renew(at)
					}
				}
			}
			if want := tc.years / 7; s.authorities < 1+want {
				t.Errorf("%d authorities in %d years, want at least %d", s.authorities, tc.years, 1+want)
			}
			if n := bytes.Count(s.stored.Authority[keyAuthorities], []byte("BEGIN")); n != 1 {
				t.Errorf("%d authorities are trusted at the end, want one", n)
			}
		})
	}
}

// rotation follows the Secrets of a runtime over the years.
type rotation struct {
	t           *testing.T
	now         time.Time
	stored      Credentials
	mounted     []mountedAt
	authorities int
	looks       int
	// first and n say what has connected last.
	first time.Time
	n     int
}

// mountedAt is what was stored from a time on.
type mountedAt struct {
	from time.Time
	Credentials
}

// renew lets the operator look, forgets what both sides have followed by then, and
// tries every combination of what they may have.
func (r *rotation) renew(at time.Time) {
	r.t.Helper()
	r.now, r.stored = at, mustRenew(r.t, r.stored, at)
	if r.looks++; r.looks > 800 {
		r.t.Fatalf("at %v it is still not at rest", at)
	}
	if n := len(r.mounted); n == 0 || !bytes.Equal(r.mounted[n-1].Authority[keyCertificate], r.stored.Authority[keyCertificate]) {
		r.authorities++
	}
	if n := len(r.mounted); n == 0 || !same(r.mounted[n-1].Credentials, r.stored) {
		r.mounted = append(r.mounted, mountedAt{r.now, r.stored})
	}
	for len(r.mounted) > 1 && !r.now.Before(r.mounted[1].from.Add(settle)) {
		r.mounted = r.mounted[1:]
	}
	first, n := r.mounted[0].from, len(r.mounted)
	if first.Equal(r.first) && n == r.n {
		return // they have connected like this before
	}
	r.first, r.n = first, n
	for i, server := range r.mounted {
		for j, client := range r.mounted {
			if err := handshake(server.Server, client.Client, r.now); err != nil {
				r.t.Fatalf("at %v, with %d in use: %v", r.now, len(r.mounted), fmt.Errorf("server %d, client %d: %w", i, j, err))
			}
		}
	}
}

func same(a, b Credentials) bool {
	return cmp.Equal(a.Server, b.Server) && cmp.Equal(a.Client, b.Client)
}
