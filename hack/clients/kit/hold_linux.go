package kit

import (
	"net/netip"
	"syscall"
	"testing"
)

// hold gives an address that stays the test's while no runtime listens there: a socket
// is bound to it, which never listens, so that a runtime can, and again when it has
// been stopped. A port that is only free may be given to whoever asks for any meanwhile.
func hold(t testing.TB) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if err := syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		t.Fatal(err)
	}
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: loopback.As4()}); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	port := bound.(*syscall.SockaddrInet4).Port // of the family that it was made for
	return netip.AddrPortFrom(loopback, uint16(port)).String()
}
