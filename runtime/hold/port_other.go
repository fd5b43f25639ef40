//go:build !linux

package hold

import "net"

// Port is an address of this machine, such as 127.0.0.1:40123, that is free now: one
// that is bound cannot be listened on here. release does nothing.
func Port() (addr string, release func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	return l.Addr().String(), func() {}, l.Close()
}
