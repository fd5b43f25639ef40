package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

	"github.com/pullmode/operator/runtime/store"
)

// lose is a proposal that the engine never gets, and nobody hears of: a leader that was voted out.
func lose(store.Propose, context.Context, *pb.TxnRequest) (*pb.TxnResponse, error) {
	return nil, context.DeadlineExceeded
}

// loseAnswer is a proposal that is carried out, and whose answer gets lost.
func loseAnswer(propose store.Propose, ctx context.Context, proposal *pb.TxnRequest) (*pb.TxnResponse, error) {
	if _, err := propose(ctx, proposal); err != nil {
		return nil, fmt.Errorf("the test wants it carried out: %w", err)
	}
	return nil, context.DeadlineExceeded
}

// TestUnknownOutcome: without an answer the caller is told so, and may repeat the transition with the same compares: it has
// exactly one effect either way.
func TestUnknownOutcome(t *testing.T) { engines(t, testUnknownOutcome) }

func testUnknownOutcome(t *testing.T, on engine) {
	tests := map[string]struct {
		fate     fate
		happened bool
	}{
		"the proposal is lost": {lose, false},
		"the answer is lost":   {loseAnswer, true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t, on(t))
			l := newSluice(s)
			first, _ := l.first(t, s)
			var answers []answer
			for i := range 3 { // all that share a proposal share its fate
				answers = append(answers, s.Submit(write(fmt.Sprint("slots/", i), 0)))
			}
			first.fate <- pass
			(<-l.arrived).fate <- tc.fate
			for i, answer := range answers {
				if result, err := answer(); !errors.Is(err, store.ErrUnknownOutcome) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("transition %d got %+v, %v", i, result, err)
				}
			}
			l.open()
			for i := range answers {
				key := fmt.Sprint("slots/", i)
				if happened := get(t, s, key).Revision != 0; happened != tc.happened {
					t.Errorf("%s happened: %t, want %t", key, happened, tc.happened)
				}
				if again := commit(t, s, write(key, 0)); again.Committed == tc.happened {
					t.Errorf("%s, repeated: %+v", key, again)
				}
			}
		})
	}
}

// TestCancel: a caller who gives up hears what really became of his transition, and nobody else is touched by it.
func TestCancel(t *testing.T) { engines(t, testCancel) }

func testCancel(t *testing.T, on engine) {
	s := open(t, on(t))
	l := newSluice(s)
	first, winner := l.first(t, s)
	others := []answer{winner}
	gaveUp := errors.New("the agent has hung up")

	ctx, cancel := context.WithCancelCause(t.Context())
	outcome := make(chan error)
	commit := func(key string) {
		_, err := s.Commit(ctx, write(key, 0))
		outcome <- err
	}

	t.Run("before it is on its way", func(t *testing.T) {
		others = append(others, s.Submit(write("slots/before", 0)))
		go commit("slots/waiting")
		for s.Waiting() != 2 {
			runtime.Gosched()
		}
		others = append(others, s.Submit(write("slots/after", 0)))
		cancel(gaveUp)
		if err := <-outcome; !errors.Is(err, gaveUp) || errors.Is(err, store.ErrUnknownOutcome) {
			t.Errorf("got %v", err)
		}
		first.fate <- pass
		group := <-l.arrived
		if group.size() != 2 {
			t.Errorf("%d transitions are on their way, want the two others", group.size())
		}
		group.fate <- pass
		committed(t, others...)
		if got := get(t, s, "slots/waiting"); got.Revision != 0 {
			t.Errorf("it happened: %+v", got)
		}
	})

	t.Run("on its way", func(t *testing.T) {
		ctx, cancel = context.WithCancelCause(t.Context())
		go commit("slots/underway")
		proposal := <-l.arrived
		cancel(gaveUp)
		proposal.fate <- pass
		if err := <-outcome; err != nil {
			t.Errorf("it got %v", err)
		}
		if got := get(t, s, "slots/underway"); string(got.Value) != "new" {
			t.Errorf("it left %+v", got)
		}
	})

	t.Run("on its way with others", func(t *testing.T) {
		ctx, cancel = context.WithCancelCause(t.Context())
		other := s.Submit(write("other", 0))
		first := <-l.arrived
		go commit("slots/together")
		for s.Waiting() != 1 {
			runtime.Gosched()
		}
		another := s.Submit(write("another", 0))
		first.fate <- pass
		group := <-l.arrived
		cancel(gaveUp)
		l.open()
		committed(t, other, another)
		if err := <-outcome; err != nil || group.size() != 2 {
			t.Errorf("with %d on their way, it got %v", group.size(), err)
		}
	})
}
