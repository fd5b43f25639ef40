package contract_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pullmode/operator/hack/clients/kit"
)

// A restart of the runtime is a break of a second or two for its desks, and no more.
func TestRestarted(t *testing.T) {
	each(t, func(t *testing.T, s setup) {
		r, _ := serve(t, "Allow")
		played := make(chan struct{})
		t.Run("together", func(t *testing.T) {
			t.Run("desk", func(t *testing.T) {
				t.Parallel()
				defer close(played)
				play(t, r, "restarted.cjs", s)
			})
			t.Run("runtime", func(t *testing.T) {
				t.Parallel()
				until(t, played, "connected", func() bool {
					var targets struct{ Agents []named }
					r.Call(r.Token("bob"), http.MethodGet, "/v1/transfer-targets", nil, &targets)
					return slices.Contains(targets.Agents, named{"alice"})
				})
				r.Post("page", kit.Message{Customer: kit.Customer{ID: "john", Name: "John"}, Text: "Hello"})
				until(t, played, "told", func() bool {
					var me struct {
						Lists []struct {
							Name       string
							Subscribed bool
						}
					}
					r.Call(r.Token("alice"), http.MethodGet, "/v1/me", nil, &me)
					return me.Lists[len(me.Lists)-1].Subscribed // the spare one
				})
				r.Restart()
				r.Post("page", kit.Message{Customer: kit.Customer{ID: "jane", Name: "Jane"}, Text: "Hello"})
			})
		})
	})
}

type named struct{ Name string }

// until waits for a fact, unless the desk has ended before.
func until(t *testing.T, ended <-chan struct{}, what string, fact func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !fact() {
		select {
		case <-ended:
			t.Fatalf("the desk has ended before it was %s", what)
		case <-tick.C:
		}
	}
}
