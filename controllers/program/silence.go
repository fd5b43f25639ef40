package program

import (
	"fmt"

	"github.com/pullmode/operator/runtime/silence"
)

// Silence says in words why a replica did not report; empty when it did.
func (r Reading) Silence() string {
	if r.Err == nil {
		return ""
	}
	return silence.Of(r.Err)
}

// PutError says that a replica could not be handed a snapshot.
type PutError struct {
	Replica string
	Err     error
}

func (e *PutError) Error() string {
	return fmt.Sprintf("replica %s %s", e.Replica, silence.Of(e.Err))
}

func (e *PutError) Unwrap() error { return e.Err }
