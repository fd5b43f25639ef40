//go:build e2e

package e2e

import (
	"context"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// listener follows an agent's feed over whatever happens to the connection.
type listener struct {
	mu       sync.Mutex
	received []string // request ids, one for each notification
	gaps     int
	breaks   int
	lists    []protocol.List
	begun    chan struct{}
}

func listen(a *client.Agent) *listener {
	GinkgoHelper()
	l := &listener{begun: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { l.follow(ctx, a) })
	DeferCleanup(func() { cancel(); ended.Wait() })
	Eventually(l.begun).Should(BeClosed())
	return l
}

func (l *listener) follow(ctx context.Context, a *client.Agent) {
	defer GinkgoRecover()
	first := true
	follow := client.Follow{Disconnected: func(error, time.Duration) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.breaks++
	}}
	for e, err := range a.Events(ctx, follow) {
		if err != nil {
			if ctx.Err() == nil {
				Fail("the feed ended: " + err.Error())
			}
			return
		}
		value, err := e.Value()
		Expect(err).NotTo(HaveOccurred())
		l.mu.Lock()
		switch v := value.(type) {
		case *protocol.Event:
			if v.Type == protocol.EventReceived {
				l.received = append(l.received, v.RequestID)
			}
		case *protocol.Gap:
			l.gaps++
		case *protocol.ListsChanged:
			l.lists = v.Lists
		}
		l.mu.Unlock()
		if e.Type == protocol.EventSnapshot && first {
			close(l.begun)
			first = false
		}
	}
}

func (l *listener) notified() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.received)
}

func (l *listener) shown(list string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, shown := range l.lists {
		if shown.Name == list {
			return shown.DisplayName
		}
	}
	return ""
}

func (l *listener) counts() (breaks, gaps int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.breaks, l.gaps
}
