//go:build unix

package load

import (
	"fmt"
	"syscall"
	"time"
)

// enoughFiles says whether this process may have as many connections as the agents
// need: one for the feed, one for a call, and one that is being made in their place.
// Go has raised the limit as far as it goes by itself.
func enoughFiles(agents int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return nil // it will show
	}
	if need := uint64(3*agents + 500); limit.Cur < need {
		return fmt.Errorf("%d agents need %d open files, and this process may have %d: raise the limit with `ulimit -n %d`, or as root `ulimit -Hn %[2]d`", agents, need, limit.Cur, need)
	}
	return nil
}

// ownCPU is how much processor time this process has used.
func ownCPU() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
