package conformance

import (
	"context"
	"errors"
	"io"
)

// BenchGrab measures G1.
func BenchGrab(ctx context.Context, target *Target, agents, rounds int, out io.Writer) error {
	return errors.New("not yet")
}
