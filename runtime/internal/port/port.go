// Package port has addresses for the servers of tests that are told where to listen:
// processes of their own, and whatever is stopped and started again.
package port

import (
	"testing"

	"github.com/pullmode/operator/runtime/hold"
)

// Reserve returns an address of this machine that is nobody else's until the test ends,
// whether something listens on it or not. A port that is only free may be given to
// anybody who asks for any, before it is listened on, and between a stop and a start.
func Reserve(t testing.TB) (addr string) {
	t.Helper()
	addr, release, err := hold.Port()
	if err != nil {
		t.Fatalf("reserve a port: %v", err)
	}
	t.Cleanup(release)
	return addr
}
