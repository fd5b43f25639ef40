package program

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// ErrNobodyAnswers says that no replica could be asked to take a snapshot.
var ErrNobodyAnswers = errors.New("no replica of the runtime answers")

// Program puts an encoded snapshot to one replica that answered, with the
// sequence above the highest that any of them reported, and reads every replica
// back. The readings are of after the attempt, also when it failed.
//
// The error is a *Refusal when the runtime did not take it. A refusal of reason
// SequenceConflict means that somebody else programmed in between: read, decide
// and program again.
func (c *Client) Program(ctx context.Context, readings []Reading, encoded []byte, digest string) ([]Reading, error) {
	err := c.put(ctx, readings, encoded)
	targets := make([]Target, len(readings))
	for i, r := range readings {
		targets[i] = r.Target
	}
	if err != nil {
		return c.Read(ctx, targets), err
	}
	return c.readBack(ctx, targets, digest), nil
}

// put tries the replicas that answered, those that take traffic first. A refusal
// is final: all replicas share one store and one opinion.
func (c *Client) put(ctx context.Context, readings []Reading, encoded []byte) error {
	answered := answered(readings)
	slices.SortStableFunc(answered, func(a, b Reading) int {
		switch {
		case a.Ready == b.Ready:
			return 0
		case a.Ready:
			return -1
		default:
			return 1
		}
	})
	if len(answered) == 0 {
		return ErrNobodyAnswers
	}
	var failures []error
	next := Sequence(readings) + 1
	for _, r := range answered {
		_, err := c.Put(ctx, r.Target, next, encoded)
		if err == nil {
			return nil
		}
		if refusal := (*Refusal)(nil); errors.As(err, &refusal) {
			return err
		}
		failures = append(failures, &PutError{r.Name, err})
	}
	return errors.Join(failures...)
}

// Sequence is the highest that any replica reported.
func Sequence(readings []Reading) int64 {
	if newest := Newest(readings); newest != nil {
		return newest.Report.Sequence
	}
	return 0
}

// Newest is the replica that is furthest in the one store that all share; nil when
// none answered.
func Newest(readings []Reading) *Reading {
	answered := answered(readings)
	if len(answered) == 0 {
		return nil
	}
	newest := slices.MaxFunc(answered, func(a, b Reading) int { return cmp.Compare(a.Report.Sequence, b.Report.Sequence) })
	return &newest
}

func answered(readings []Reading) []Reading {
	return slices.DeleteFunc(slices.Clone(readings), func(r Reading) bool { return r.Report == nil })
}
