package etcdtest

import "syscall"

// A test that is killed itself takes its members along.
var dieWithParent = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
