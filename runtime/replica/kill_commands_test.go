package replica_test

import "testing"

// A runtime that is killed during each kind of command has done it once, when the
// client that got no answer has asked again with the same key: nothing that was
// acknowledged is lost, nothing happens twice, and everybody is told of all of it.
func TestKillDuringEveryCommand(t *testing.T) {
	s := stage(t, 8, t.TempDir())
	deaths := 0
	for v := s.victims[0]; len(s.hunt.kinds()) > 0; deaths++ {
		s.aMoment()
		v.kill()
		v.start()
	}
	s.ledger.wait(s.ctx, t, 50)
	s.settle()
	t.Logf("killed %d times", deaths)
}
