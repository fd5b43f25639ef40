package gate

import (
	"context"
	"time"

	"github.com/pullmode/operator/runtime/auth"
)

// SignIn says how agents sign in with a browser, at each of the issuers of the
// snapshot in force. An issuer that does not answer holds it up for 3 s at most.
// Error: ErrNoConfiguration.
func (g *Gate) SignIn(ctx context.Context) ([]auth.SignIn, error) {
	if !g.trust() {
		return nil, ErrNoConfiguration
	}
	return g.Verifier.SignIn(ctx), nil
}

// often is how often Run looks: as long as a page may be without an origin that it
// needs, after a snapshot with another issuer came into force.
const often = time.Second

// Run reads what issuers say of themselves before anybody asks, until ctx ends: the
// first page after a start, or at another replica than the one where a sign-in began,
// is to know where to go, and who looks after the runtime that an issuer is out of
// reach. What is known and not old is not asked for again.
func (g *Gate) Run(ctx context.Context) {
	tick := time.NewTicker(often)
	defer tick.Stop()
	for {
		if g.trust() {
			g.Verifier.Refresh(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// SignInOrigins are those that a page has to call for agents to sign in, as far as
// they are known without asking.
func (g *Gate) SignInOrigins() []string {
	g.trust()
	return g.Verifier.SignInOrigins()
}

// Reach says of each issuer of the snapshot in force whether it can be read, as far as
// Run has found out.
func (g *Gate) Reach() []auth.Reach {
	g.trust()
	return g.Verifier.Reach()
}
