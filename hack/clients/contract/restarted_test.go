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
		end := begin(t, r, "restarted.cjs", s)
		played := make(chan error, 1)
		go func() {
			_, err := end()
			played <- err
			close(played)
		}()
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
		if err := <-played; err != nil {
			t.Error(err)
		}
	})
}

type named struct{ Name string }

// until waits for a fact, unless the desk has ended before.
func until(t *testing.T, ended <-chan error, what string, fact func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !fact() {
		select {
		case err := <-ended:
			t.Fatalf("the desk has ended before it was %s: %v", what, err)
		case <-tick.C:
		}
	}
}
