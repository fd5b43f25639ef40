package program

import (
	"context"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

// Reading is what is known of one replica: what it said, or why it did not.
type Reading struct {
	Target
	Report *snapshot.Report
	Err    error
}

// Serves tells whether the replica said that it serves the digest.
func (r Reading) Serves(digest string) bool { return r.Report != nil && r.Report.Digest == digest }

// Read asks every replica what it serves, all at once.
func (c *Client) Read(ctx context.Context, targets []Target) []Reading {
	readings := make([]Reading, len(targets))
	var wait sync.WaitGroup
	for i, t := range targets {
		wait.Go(func() {
			report, err := c.Report(ctx, t)
			readings[i] = Reading{Target: t, Report: report, Err: err}
		})
	}
	wait.Wait()
	return readings
}

// readBackEvery is how often replicas are asked after a snapshot was put. They
// adopt it by watching the store, within milliseconds. What takes longer than the
// client's patience is reported as pending and looked at again.
const readBackEvery = 20 * time.Millisecond

// readBack asks until every replica that answers serves the digest, or time is
// up. The last readings are returned either way.
func (c *Client) readBack(ctx context.Context, targets []Target, digest string) []Reading {
	patience, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	ticker := time.NewTicker(readBackEvery)
	defer ticker.Stop()
	for {
		readings := c.Read(ctx, targets)
		if settled(readings, digest) {
			return readings
		}
		select {
		case <-patience.Done():
			return readings
		case <-ticker.C:
		}
	}
}

// settled tells whether asking again would change nothing soon: a replica that
// does not answer has had its time already.
func settled(readings []Reading, digest string) bool {
	for _, r := range readings {
		if r.Err == nil && !r.Serves(digest) {
			return false
		}
	}
	return true
}
