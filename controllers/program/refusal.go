package program

import (
	"fmt"

	"github.com/pullmode/operator/runtime/snapshot"
)

// Refusal is the error of a snapshot that a runtime did not take. What it served
// before, it still serves.
type Refusal struct{ snapshot.Refusal }

func (r *Refusal) Error() string {
	return fmt.Sprintf("the runtime refused the snapshot (%s): %s", r.Reason, r.Message)
}
