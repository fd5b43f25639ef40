package contract_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/replica"
)

// On a list where little happens each alert comes long after what was had before has
// been written down. It is written down, too: when the replica goes, another one is as
// silent about it.
func TestAnAlertThatComesAloneIsRememberedOverARestart(t *testing.T) {
	var ahead atomic.Int64
	s := site.Start(t, func(o *replica.Options) {
		o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	alice := as(s, "alice").in()
	alice.hush(true)
	ahead.Store(int64(2 * time.Minute))
	id := customer(s, "web", "john")
	alice.saw("RECEIVED", "CREATED", id)
	as(s, "bob").in().must("joinPullModeRequest", map[string]any{"requestId": id})
	alice.saw("STATE_CHANGED", "ACTIVE", id) // what she has had is written down behind what she is told
	alice.hush(false)
	alice.must("changeAgentState", nil) // and that she has had it is read before this
	alice.hangUp()

	s.Stop()
	s.Run()
	s.Eventually(func() bool { return s.Replica.Ready() == nil })
	if silent := as(s, "alice").array("pullModeSubscribedListRequests", 1); !slices.Equal(silent, []string{id}) {
		t.Errorf("%v are silent, want %s", silent, id)
	}
}
