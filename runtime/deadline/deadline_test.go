package deadline_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/deadline"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/snapshot"
)

// recorder lets the real executor close, and remembers in what order.
type recorder struct {
	deadline.Expirer
	fired []string
	fail  bool
}

func (r *recorder) Expire(ctx context.Context, id string) error {
	if r.fail {
		return errors.New("the disk is gone")
	}
	r.fired = append(r.fired, id)
	return r.Expirer.Expire(ctx, id)
}

func keeper(l *lab.Lab) (*deadline.Keeper, *recorder) {
	r := &recorder{Expirer: l.Do}
	return &deadline.Keeper{View: l.View, Expirer: r, Now: l.Clock.Now, Log: slog.New(slog.DiscardHandler)}, r
}

func TestDueRequestsAreClosedInOrder(t *testing.T) { // T22, C8
	l := lab.Start(t)
	k, r := keeper(l)
	var want []string
	for _, customer := range []string{"a", "b", "c"} {
		want = append(want, l.Message(customer, customer).Request)
		l.Clock.Move(time.Minute)
	}
	l.Message("a", "again") // a's clock starts anew
	want = append(want[1:], want[0])
	l.Clock.Move(24*time.Hour - time.Minute)
	k.Fire(context.Background())
	if !slices.Equal(r.fired, want[:1]) {
		t.Fatalf("fired %v, want %v", r.fired, want[:1])
	}
	// A restart in between loses no deadline, and fires none twice.
	l.Stop()
	l.Clock.Move(time.Hour)
	l.Run()
	l.Eventually(func() bool { return l.Hub.Ready() == nil })
	k, after := keeper(l)
	k.Fire(context.Background())
	if fired := append(r.fired, after.fired...); !slices.Equal(fired, want) {
		t.Errorf("fired %v, want %v", fired, want)
	}
}

func TestChangedThresholdHoldsForOpenRequests(t *testing.T) { // C9
	l := lab.Start(t)
	k, r := keeper(l)
	id := l.Message("john", "m1").Request
	l.Clock.Move(time.Hour)
	k.Fire(context.Background())
	if len(r.fired) != 0 {
		t.Fatalf("fired %v before its time", r.fired)
	}
	config := lab.Config()
	config.Lists[0].AutoCloseAfter = snapshot.Duration(30 * time.Minute)
	l.Program(config)
	k.Fire(context.Background())
	if !slices.Equal(r.fired, []string{id}) || l.View.Request(id) != nil {
		t.Errorf("fired %v", r.fired)
	}
}

func TestFailureIsTriedAgain(t *testing.T) {
	l := lab.Start(t)
	k, r := keeper(l)
	id := l.Message("john", "m1").Request
	l.Clock.Move(25 * time.Hour)
	r.fail = true
	k.Fire(context.Background())
	r.fail = false
	k.Fire(context.Background())
	if !slices.Equal(r.fired, []string{id}) {
		t.Errorf("fired %v", r.fired)
	}
}
