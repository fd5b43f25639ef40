// Package leak finds goroutines that outlive a package's tests.
package leak

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Main runs a package's tests and ends the process; the tests have failed where
// goroutines of theirs are left. Those that are about to end have a minute for it: on
// a machine that is busy half a second, which is all that goleak gives them by itself,
// may be none of theirs.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := left(time.Minute); err != nil {
			fmt.Fprintln(os.Stderr, "the tests leave goroutines behind:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// left is an error while there are some, for as long as that may be.
func left(patience time.Duration) error {
	err := goleak.Find()
	for begun := time.Now(); err != nil && time.Since(begun) < patience; {
		err = goleak.Find()
	}
	return err
}
