package auth

import (
	"context"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/silence"
)

// Silent is an issuer whose keys cannot be read.
type Silent struct {
	// Issuer is its URL.
	Issuer string
	// Cause says what it does instead of answering, to go on after its name: "refuses
	// the connection".
	Cause string
}

// Refresh reads what issuers say of themselves, where that is not known or has become
// old, from all at once. One that does not answer holds it up for 10 s at most.
func (v *Verifier) Refresh(ctx context.Context) {
	var asked sync.WaitGroup
	for _, p := range v.sorted() {
		asked.Go(func() { _, _, _ = p.current(ctx) }) // what came of it is Silent's to say
	}
	asked.Wait()
}

// Silent are the trusted issuers that have been out of reach for Options.SilentAfter,
// in the order of their URLs. It asks nobody: see Refresh.
func (v *Verifier) Silent() []Silent {
	var silent []Silent
	now := v.opts.Clock()
	for _, p := range v.sorted() {
		if cause := p.silent(now.Add(-v.opts.SilentAfter)); cause != nil {
			silent = append(silent, Silent{Issuer: p.config.URL, Cause: silence.Of(cause)})
		}
	}
	return silent
}

// silent is why the issuer could not be read by then, nor since.
func (p *provider) silent(by time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failures == 0 || p.since.After(by) {
		return nil
	}
	return p.failed
}
