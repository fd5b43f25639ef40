package replica_test

import "syscall"

// A test that is killed itself takes its victim along.
var dieWithParent = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
