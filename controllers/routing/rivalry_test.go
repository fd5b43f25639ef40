package routing

import (
	"testing"
	"time"

	"github.com/pullmode/operator/controllers/contest"
	"github.com/pullmode/operator/runtime/snapshot"
)

// side is one of two operators with different opinions.
type side struct {
	rivalry
	wants string
	told  int // how often it was news that this side gives in
}

// round is one look of an operator at the runtime: it tells whether it programs.
func (s *side) round(served *snapshot.Report, now time.Time) bool {
	if served.Digest == s.wants {
		return false
	}
	overruled, news := s.overruled(served, s.wants, now)
	if news {
		s.told++
	}
	if overruled {
		return false
	}
	served.Digest = s.wants
	served.Sequence++
	s.won(s.wants, served.Epoch, served.Sequence)
	return true
}

// Two opinions end with one of them served, and the other one asks again seldom.
func TestTwoOpinionsSettle(t *testing.T) {
	one, two := &side{wants: "one"}, &side{wants: "two"}
	served, now := &snapshot.Report{Epoch: "e"}, time.Unix(0, 0)
	run := func(rounds int) (programmed int) {
		for range rounds {
			now = now.Add(30 * time.Second)
			for _, s := range []*side{one, two} {
				if s.round(served, now) {
					programmed++
				}
			}
		}
		return programmed
	}
	if got := run(10); got > 2*contest.Concede {
		t.Errorf("programmed %d times until it was settled, want %d at most", got, 2*contest.Concede)
	}
	if got := one.told + two.told; got != 1 {
		t.Errorf("told %d times that one gives in, want once", got)
	}
	settled := served.Digest
	if got := run(3); got != 0 {
		t.Errorf("programmed %d times afterwards", got)
	}
	const hours = 10
	if got, most := run(hours*120), hours*2*int(time.Hour/contest.AsideFor); got > most {
		t.Errorf("programmed %d times in %d hours, want %d at most", got, hours, most)
	}
	if served.Digest != settled {
		t.Errorf("%s is served at last, and %s was before", served.Digest, settled)
	}
}

// What is served can differ from what was programmed without anybody else's opinion.
func TestDriftIsNoContest(t *testing.T) {
	for name, tc := range map[string]snapshot.Report{
		"an older volume":  {Epoch: "e", Sequence: 3},
		"another store":    {Epoch: "f", Sequence: 9},
		"an empty replica": {Epoch: "e"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &side{wants: "one"}
			s.won("one", "e", 5)
			for range 10 * contest.Concede {
				served := tc
				served.Digest = "other"
				if !s.round(&served, time.Unix(0, 0)) {
					t.Fatal("it does not program")
				}
				s.won("one", "e", 5)
			}
		})
	}
}
