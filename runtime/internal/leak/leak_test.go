package leak

import (
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

// Who ends late has not leaked; who does not end has.
func TestLeft(t *testing.T) {
	end := make(chan struct{})
	go func() { <-end }()
	if err := left(time.Second); err == nil {
		t.Error("one that hangs was not found")
	}
	time.AfterFunc(2*time.Second, func() { close(end) }) // later than goleak waits
	if err := left(time.Minute); err != nil {
		t.Error(err)
	}
}
