//go:build !linux

package replica_test

import "syscall"

var dieWithParent *syscall.SysProcAttr
