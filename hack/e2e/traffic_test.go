//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// traffic are new customers, one every 100 ms, whose messages a connector posts
// until they are acknowledged.
type traffic struct {
	mu     sync.Mutex
	opened []string // requests, in the order in which they were acknowledged
	stop   func()
}

// begin lets customers write on channel c2 from now on.
func (t *tenant) begin() *traffic {
	GinkgoHelper()
	facebook := t.connector("c2", t.stage.Key)
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	customers := &traffic{stop: func() { cancel(); ended.Wait() }}
	ended.Go(func() {
		defer GinkgoRecover()
		next := time.NewTicker(100 * time.Millisecond)
		defer next.Stop()
		for n := 0; ; n++ {
			customers.write(ctx, facebook, fmt.Sprintf("%s-%d-%d", t.Namespace, time.Now().UnixNano(), n))
			select {
			case <-ctx.Done():
				return
			case <-next.C:
			}
		}
	})
	DeferCleanup(customers.stop)
	Eventually(customers.acknowledged).ShouldNot(BeEmpty())
	return customers
}

// write posts one message, with the same id again where nobody knows what became
// of it, also after the end: what is under way then is acknowledged, too.
func (c *traffic) write(ctx context.Context, facebook *client.Connector, customer string) {
	Eventually(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second) // a process that is stopped never answers
		defer cancel()
		receipt, err := facebook.Post(ctx, protocol.PostMessage{ID: customer, Customer: protocol.Customer{ID: customer}, Text: "hello"})
		if err != nil {
			return err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.opened = append(c.opened, receipt.Request)
		return nil
	}).WithContext(context.WithoutCancel(ctx)).Should(Succeed())
}

func (c *traffic) acknowledged() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.opened)
}

// goesOn waits until more was acknowledged than there is now.
func (c *traffic) goesOn() {
	GinkgoHelper()
	before := len(c.acknowledged())
	Eventually(func() int { return len(c.acknowledged()) }).Should(BeNumerically(">", before+2))
}

// reaches ends the traffic and waits until the listener was told of every request:
// once, and in order.
func (c *traffic) reaches(l *listener) {
	GinkgoHelper()
	c.stop()
	opened := c.acknowledged()
	Eventually(func() []string { return mine(l.notified(), opened) }).Should(Equal(opened), "each one notified, once and in order")
	_, gaps := l.counts()
	Expect(gaps).To(BeZero())
}
