package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// BenchGrab lets agents over real connections grab one request at once, again and
// again, and prints how long it took until all of them were answered. Each round
// holds G1: one winner, of whom all losers are told.
func BenchGrab(ctx context.Context, target *Target, agents, rounds int, out io.Writer) error {
	r, err := prepare(ctx, target, Options{})
	if err != nil {
		return err
	}
	defer r.http.CloseIdleConnections()
	var took []time.Duration
	c := Case{Rule: "G1", Name: "bench", Run: func(t *T) {
		desks := t.Reps(agents, grab)
		for range rounds {
			took = append(took, t.race(desks))
		}
	}}
	t := &T{Context: ctx, Target: target, run: r, c: c}
	if wrong := t.do(); wrong != "" {
		return errors.New(wrong)
	}
	slices.Sort(took)
	fmt.Fprintf(out, "%d agents grab one request, %d rounds: all answered after %s (median), %s (worst); one winner each time\n",
		agents, rounds, took[len(took)/2].Round(time.Microsecond), took[len(took)-1].Round(time.Microsecond))
	return nil
}
