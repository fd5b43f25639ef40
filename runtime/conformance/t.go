package conformance

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// T is one run of a case. Its methods end the case when something is not as the
// rule says, so that a case reads as what is done and what follows.
type T struct {
	Context context.Context
	Target  *Target

	run     *run
	c       Case
	mu      sync.Mutex
	cleanup []func(context.Context)
}

// failure is how a case ends when the rule was broken.
type failure struct{ text string }

// Fatalf ends the case: the rule was not kept, and this is how.
func (t *T) Fatalf(format string, args ...any) { panic(failure{fmt.Sprintf(format, args...)}) }

// Check ends the case unless ok.
func (t *T) Check(ok bool, format string, args ...any) {
	if !ok {
		t.Fatalf(format, args...)
	}
}

// Eventually waits for a fact: look gives an empty string when it is there, and
// otherwise what is seen instead.
func (t *T) Eventually(what string, look func() string) {
	deadline := time.NewTimer(t.run.options.Patience)
	defer deadline.Stop()
	for {
		seen := look()
		if seen == "" {
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline.C:
			t.Fatalf("%s did not come about within %s: %s", what, t.run.options.Patience, seen)
		case <-t.Context.Done():
			t.Fatalf("%s did not come about: %v", what, context.Cause(t.Context))
		}
	}
}

// Cleanup runs when the case is over, last first, whatever became of it.
func (t *T) Cleanup(f func(context.Context)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanup = append(t.cleanup, f)
}

// Together does something n times at once and waits for all. The first failure is
// the case's.
func (t *T) Together(n int, do func(i int)) {
	var wg sync.WaitGroup
	failed := make(chan any, n)
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			defer func() {
				if why := recover(); why != nil {
					failed <- caught(why)
				}
			}()
			<-begin
			do(i)
		})
	}
	close(begin)
	wg.Wait()
	select {
	case why := <-failed:
		panic(why)
	default:
	}
}

// caught keeps where a mistake of the suite itself happened.
func caught(why any) any {
	if f, ok := why.(failure); ok {
		return f
	}
	return failure{fmt.Sprintf("the suite itself failed: %v\n%s", why, debug.Stack())}
}

// Name makes a name that no other run, case or call has.
func (t *T) Name(of string) string {
	return fmt.Sprintf("%s-%s-%d-%s", strings.ToLower(strings.ReplaceAll(t.c.Rule, ".", "-")), of, t.run.number.Add(1), t.run.id)
}

// bases are the replicas in the order in which a new caller tries them: each replica
// has its turn to be the first.
func (t *T) bases() []string {
	urls := t.Target.URLs
	first := int(t.run.turn.Add(1)) % len(urls)
	return slices.Concat(urls[first:], urls[:first])
}

// do runs the case and says what was wrong; empty when nothing was.
func (t *T) do() (wrong string) {
	defer func() {
		t.mu.Lock()
		all := t.cleanup
		t.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context), 30*time.Second)
		defer cancel()
		for i := len(all) - 1; i >= 0; i-- {
			all[i](ctx)
		}
	}()
	defer func() {
		if why := recover(); why != nil {
			wrong = caught(why).(failure).text
		}
	}()
	t.c.Run(t)
	return ""
}
