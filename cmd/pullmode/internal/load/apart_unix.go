//go:build unix

package load

import (
	"os/exec"
	"syscall"
)

// apart keeps a terminal's Ctrl-C, which ends the load with its report, from the
// runtime under it.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
