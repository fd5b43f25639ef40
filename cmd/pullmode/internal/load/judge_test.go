package load

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// What the second of two agents was told is held against what was published: two
// versions of request A, then two of B, and a message to both of them.
func TestJudge(t *testing.T) {
	all := func(a *account, tell func(request string, version int64)) {
		tell("A", 1)
		tell("A", 2)
		tell("B", 1)
		tell("B", 2)
		a.message("hello")
	}
	for name, tc := range map[string]struct {
		told func(a *account, tell func(request string, version int64))
		want Verdict
	}{
		"everything": {all, Verdict{Published: 10, Delivered: 10}},
		"an event lost": {func(a *account, tell func(string, int64)) {
			tell("A", 1)
			tell("B", 1)
			tell("B", 2)
			a.message("hello")
		}, Verdict{Published: 10, Delivered: 9, Lost: 1}},
		"a message lost": {func(a *account, tell func(string, int64)) {
			all(newAccount(), tell)
		}, Verdict{Published: 10, Delivered: 9, Lost: 1}},
		"an event twice": {func(a *account, tell func(string, int64)) {
			all(a, tell)
			tell("B", 2)
		}, Verdict{Published: 10, Delivered: 10, Duplicates: 1, OrderErrors: 1}},
		"a message twice": {func(a *account, tell func(string, int64)) {
			all(a, tell)
			a.message("hello")
		}, Verdict{Published: 10, Delivered: 10, Duplicates: 1}},
		"versions the wrong way round": {func(a *account, tell func(string, int64)) {
			tell("A", 1)
			tell("A", 2)
			tell("B", 2)
			tell("B", 1)
			a.message("hello")
		}, Verdict{Published: 10, Delivered: 10, OrderErrors: 1}},
		"requests in another order than others were told": {func(a *account, tell func(string, int64)) {
			tell("B", 1)
			tell("A", 1)
			tell("A", 2)
			tell("B", 2)
			a.message("hello")
		}, Verdict{Published: 10, Delivered: 10, OrderErrors: 2}},
		"what was before a snapshot is not lost": {func(a *account, tell func(string, int64)) {
			tell("A", 1)
			a.missed()
			tell("B", 2)
			a.message("hello")
		}, Verdict{Published: 8, Delivered: 8, Gaps: 1}},
		"what was behind it is": {func(a *account, tell func(string, int64)) {
			a.missed()
			tell("A", 1)
			tell("A", 2)
			tell("B", 2)
			a.message("hello")
		}, Verdict{Published: 10, Delivered: 9, Lost: 1, Gaps: 1}},
		"a message of others": {func(a *account, tell func(string, int64)) {
			all(a, tell)
			a.message("secret")
		}, Verdict{Published: 10, Delivered: 10, Strays: 1}},
		"a message that nobody knows of": {func(a *account, tell func(string, int64)) {
			all(a, tell)
			a.message("foreign")
		}, Verdict{Published: 10, Delivered: 10}},
		"requests of others": {func(a *account, tell func(string, int64)) {
			tell("foreign", 1)
			all(a, tell)
		}, Verdict{Published: 10, Delivered: 10}},
	} {
		t.Run(name, func(t *testing.T) {
			r := &run{ours: map[string]bool{"A": true, "B": true}, known: map[string]bool{"hello": true, "secret": true}, ledgers: []*ledger{newLedger()}}
			tell := func(a *account) func(string, int64) {
				return func(id string, version int64) {
					place := r.ledgers[0].of(key{id, version})
					a.event(place, &protocol.Event{RequestID: id, Version: version, Request: &protocol.Request{ID: id, State: request.Active}})
				}
			}
			first, second := &agent{run: r, account: newAccount()}, &agent{run: r, account: newAccount()}
			r.byList = [][]*agent{{first, second}}
			all(first.account, tell(first.account))
			tc.told(second.account, tell(second.account))
			for _, a := range []*agent{first, second} {
				a.account.owe("hello")
			}
			if diff := cmp.Diff(&tc.want, r.judge(), cmpopts.IgnoreFields(Verdict{}, "Examples")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if waited := tc.want.Gaps == 0; waited && r.missing() != tc.want.Lost {
				t.Errorf("%d are still to come", r.missing())
			}
		})
	}
}
