package hold

import (
	"fmt"
	"syscall"
)

// Port is an address of this machine, such as 127.0.0.1:40123, that is nobody else's
// until release is called. On Linux it binds a socket that never listens. The kernel
// gives its port to nobody who asks for any, and still lets it be listened on by who
// names it and, as all of Go's listeners do, allows for sharing it (SO_REUSEADDR).
// An error means that there is no port left.
func Port() (addr string, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, err
	}
	release = func() { _ = syscall.Close(fd) }
	err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	var name syscall.Sockaddr
	if err == nil {
		name, err = syscall.Getsockname(fd)
	}
	if err != nil {
		release()
		return "", nil, err
	}
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port), release, nil
}
