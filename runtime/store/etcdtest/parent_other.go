//go:build !linux

package etcdtest

import "syscall"

var dieWithParent *syscall.SysProcAttr
