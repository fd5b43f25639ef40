package hub_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
)

// One event to 1,000 connections: from the connector's post, which is on disk when
// it is answered, until the last of them has it.
func BenchmarkFanOut(b *testing.B) {
	const connections = 1000
	l := lab.Start(b)
	config := lab.Config()
	for i := range connections {
		config.Subscriptions[0].Agents = append(config.Subscriptions[0].Agents, fmt.Sprintf("agent%d", i))
	}
	l.Program(config)
	over, cancel := context.WithCancel(ctx)
	var readers, had sync.WaitGroup
	for i := range connections {
		c := l.Connect(inbox.Agent{Name: fmt.Sprintf("agent%d", i)}, "")
		readers.Go(func() {
			for {
				flush, err := c.Next(over)
				if err != nil {
					return
				}
				for _, f := range flush.Frames {
					if f.Type == protocol.EventReceived {
						had.Done()
					}
				}
			}
		})
	}
	var committed time.Duration
	n := 0
	for b.Loop() {
		n++
		had.Add(connections)
		begun := time.Now()
		l.Message(fmt.Sprintf("c%d", n), "m")
		committed += time.Since(begun)
		had.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*connections), "ns/delivery")
	b.ReportMetric(float64(committed.Microseconds())/float64(n), "µs/commit")
	cancel()
	readers.Wait()
}
