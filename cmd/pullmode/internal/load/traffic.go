package load

import (
	"context"
	cryptorand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// traffic opens requests at a rate for a while. They come by chance, as customers do,
// and do not wait for each other; what has become of them goes on in conversations.
func (r *run) traffic(ctx context.Context, rate float64, d time.Duration, conversations *sync.WaitGroup) {
	next, end := time.Now(), time.Now().Add(d)
	for {
		next = next.Add(time.Duration(rand.ExpFloat64() / rate * float64(time.Second)))
		if next.After(end) {
			_ = r.quiet(time.Until(end))
			return
		}
		if r.quiet(time.Until(next)) != nil {
			return
		}
		customer, ok := r.customers.take()
		if !ok {
			r.starved.Add(1)
			continue
		}
		conversations.Go(func() {
			if r.live(ctx, rand.N(r.Lists), customer) {
				r.customers.give(customer)
			}
		})
	}
}

// customers are those who have no request open.
type customers struct {
	name string // what those of this run have in common

	mu   sync.Mutex
	free []string
	made int
	most int // 0: as many as it takes
}

func newCustomers(most int) *customers { return &customers{name: cryptorand.Text()[:8], most: most} }

func (c *customers) take() (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.free); n > 0 {
		i := rand.N(n)
		one := c.free[i]
		c.free[i] = c.free[n-1]
		c.free = c.free[:n-1]
		return one, true
	}
	if c.most > 0 && c.made == c.most {
		return "", false
	}
	c.made++
	return fmt.Sprintf("load-%s-%d", c.name, c.made), true
}

func (c *customers) give(one string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free = append(c.free, one)
}
