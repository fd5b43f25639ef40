package command

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pullmode/operator/runtime/view"
)

// What is on disk is answered, also by a replica whose view does not follow.
func TestSettleEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := New(Options{View: view.New("epoch")})
		begun := time.Now()
		x.settle(t.Context(), 5)
		if waited := time.Since(begun); waited != settlePatience {
			t.Errorf("waited %s", waited)
		}
	})
}
