package auth

import (
	"context"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/silence"
)

// Reach says whether an issuer can be read.
type Reach struct {
	// Issuer is its URL.
	Issuer string
	// Silence is what it does instead of answering, to go on after its name: "refuses
	// the connection". Empty while it can be read.
	Silence string
}

// Refresh reads what issuers say of themselves, where that is not known or has become
// old, from all at once. One that does not answer holds it up for 10 s at most.
func (v *Verifier) Refresh(ctx context.Context) {
	var asked sync.WaitGroup
	for _, p := range v.sorted() {
		asked.Go(func() { _, _, _ = p.current(ctx) }) // what came of it is Reach's to say
	}
	asked.Wait()
}

// Reach says of each trusted issuer whether it can be read, in the order of their URLs.
// It asks nobody: see Refresh. One that has been out of reach for less than
// Options.SilentAfter counts as in reach.
func (v *Verifier) Reach() []Reach {
	var reach []Reach
	now := v.opts.Clock()
	for _, p := range v.sorted() {
		is := Reach{Issuer: p.config.URL}
		if cause := p.silent(now.Add(-v.opts.SilentAfter)); cause != nil {
			is.Silence = silence.Of(cause)
		}
		reach = append(reach, is)
	}
	return reach
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
