package replica_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// ledger is what was acknowledged.
type ledger struct {
	count atomic.Int64

	mu sync.Mutex
	// tales are the commands on each request, in order, and deadlines what it was
	// left to in the end.
	tales     map[string][]request.Kind
	deadlines map[string][]request.Kind
	// threads are those of requests that go on from others, texts what agents said
	// in each.
	threads map[string]string
	texts   map[string][]string
	// promised is what else has to be so in the end. A later promise of the same
	// thing stands for the earlier ones.
	promised map[string]func(context.Context) (bool, error)
}

func newLedger() *ledger {
	return &ledger{
		tales: map[string][]request.Kind{}, deadlines: map[string][]request.Kind{},
		threads: map[string]string{}, texts: map[string][]string{},
		promised: map[string]func(context.Context) (bool, error){},
	}
}

func (l *ledger) tell(id string, kind request.Kind) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tales[id] = append(l.tales[id], kind)
}

func (l *ledger) await(id string, deadline request.Kind) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deadlines[id] = append(l.deadlines[id], deadline)
}

func (l *ledger) goesOn(id, as string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.threads[as] = l.thread(id)
}

func (l *ledger) thread(id string) string {
	if first, is := l.threads[id]; is {
		return first
	}
	return id
}

func (l *ledger) said(id, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	thread := l.thread(id)
	l.texts[thread] = append(l.texts[thread], text)
}

func (l *ledger) promise(what string, holds func(context.Context) (bool, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.promised[what] = holds
}

// wait waits for n further answers.
func (l *ledger) wait(ctx context.Context, t *testing.T, n int64) {
	t.Helper()
	until := l.count.Load() + n
	eventually(ctx, t, "the traffic has come to a halt", func() bool { return l.count.Load() >= until })
}

// eventually waits for a fact, unless something has gone wrong.
func eventually(ctx context.Context, t *testing.T, otherwise string, fact func() bool) {
	t.Helper()
	gomega.NewWithT(t).Eventually(ctx, func() bool {
		if t.Failed() {
			gomega.StopTrying("it has gone wrong before").Now()
		}
		return fact()
	}).WithPolling(5*time.Millisecond).Should(gomega.BeTrue(), otherwise)
}

// settle holds everything that the runtime has and has posted to what it has
// acknowledged. All traffic is over; deadlines may still be running.
func (l *ledger) settle(ctx context.Context, t *testing.T, r *receivers, boss desk) {
	t.Helper()
	gomega.NewWithT(t).Eventually(ctx, func() string {
		r.mu.Lock()
		defer r.mu.Unlock()
		tales, deadlines := commandsOf(r.changes)
		return cmp.Diff(l.tales, tales) + cmp.Diff(l.deadlines, deadlines) + cmp.Diff(l.texts, r.delivered)
	}).WithPolling(100*time.Millisecond).Should(gomega.BeEmpty(),
		"what was acknowledged (-) is what the sink and the connectors were told (+): each command and each deadline once")

	rebuilt := r.replay()
	for _, f := range rebuilt.Findings {
		t.Errorf("%s: %s: %s", f.Request, f.Rule, f.What)
	}
	for _, request := range rebuilt.Requests {
		l.holds(ctx, t, boss, request.Document)
	}
	l.alone(ctx, t, boss)
	for what, holds := range l.promised {
		eventually(ctx, t, "it is not so that "+what, func() bool {
			is, err := holds(ctx)
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			return is
		})
	}
}

// commandsOf tells apart what somebody wanted and what time brought about.
func commandsOf(changes map[string][]request.Change) (tales, deadlines map[string][]request.Kind) {
	tales, deadlines = map[string][]request.Kind{}, map[string][]request.Kind{}
	for id, all := range changes {
		for _, c := range all {
			into := tales
			if c.Actor.Kind == request.SystemActor {
				into = deadlines
			}
			into[id] = append(into[id], c.Kind)
		}
	}
	return tales, deadlines
}

// holds compares a request as the runtime has it with what was acknowledged and
// with the record of it: a command that had an effect twice, or none, shows in the
// version.
func (l *ledger) holds(ctx context.Context, t *testing.T, boss desk, doc *request.Document) {
	t.Helper()
	c, err := boss.Request(ctx, doc.ID)
	if err != nil {
		t.Errorf("%s, of which %v were acknowledged: %v", doc.ID, l.tales[doc.ID], err)
		return
	}
	if got, want := c.Request.Version, int64(len(l.tales[doc.ID])+len(l.deadlines[doc.ID])); got != want {
		t.Errorf("INV7: %s has version %d after %v and %v: want %d", doc.ID, got, l.tales[doc.ID], l.deadlines[doc.ID], want)
	}
	ofTheMoment := cmpopts.IgnoreFields(protocol.Request{}, "Alert", "Attention", "Presence", "WrapUp")
	if diff := cmp.Diff(protocol.FromDocument(doc), c.Request, ofTheMoment); diff != "" {
		t.Errorf("%s is not (+) what the record says (-):\n%s", doc.ID, diff)
	}
}

// alone holds the open requests to each other: a customer has one at most (INV5).
// A message that was taken twice shows in the number of the last one.
func (l *ledger) alone(ctx context.Context, t *testing.T, boss desk) {
	t.Helper()
	open := map[string]string{}
	for r, err := range boss.Requests(ctx, client.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if _, is := l.tales[r.ID]; !is {
			t.Errorf("nobody was told of the request %s of %s", r.ID, r.Customer.ID)
		}
		whose := r.Channel + " " + r.Customer.ID
		if other := open[whose]; other != "" {
			t.Errorf("INV5: %s has two open requests, %s and %s", whose, other, r.ID)
		}
		open[whose] = r.ID
		c, err := boss.Request(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		if last := len(c.Messages) - 1; last >= 0 {
			got = int(c.Messages[last].Number)
		}
		if want := l.messages(r.ID); got != want {
			t.Errorf("G9: %s has %d messages, and %d were acknowledged", r.ID, got, want)
		}
	}
}

// messages is how many were taken into an open request that has not been moved.
func (l *ledger) messages(id string) int {
	n := 0
	for _, kind := range l.tales[id] {
		if slices.Contains([]request.Kind{request.Receive, request.Say}, kind) {
			n++
		}
	}
	return n
}
