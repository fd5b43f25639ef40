package port_test

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/pullmode/operator/runtime/internal/port"
)

// A reserved address is refused to nobody who names it, again and again, and nothing
// answers there in between.
func TestReserve(t *testing.T) {
	addr := port.Reserve(t)
	if other := port.Reserve(t); other == addr {
		t.Fatalf("%s is reserved twice", addr)
	}
	for range 3 {
		if _, err := net.Dial("tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("while nobody listens: %v", err)
		}
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := net.Listen("tcp", addr); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("a second listener: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Nobody who asks for any port gets it.
func TestNobodyElseGetsIt(t *testing.T) {
	addr := port.Reserve(t)
	for range 20_000 { // one in some thousands would be it, were it only free
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if l.Addr().String() == addr {
			t.Fatal("somebody else listens there")
		}
	}
}
