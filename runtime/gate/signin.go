package gate

import (
	"context"

	"github.com/pullmode/operator/runtime/auth"
)

// SignIn says how agents sign in with a browser, at each of the issuers of the
// snapshot in force. An issuer that does not answer holds it up for 3 s at most.
// Error: ErrNoConfiguration.
func (g *Gate) SignIn(ctx context.Context) ([]auth.SignIn, error) {
	config := g.View.Config()
	if config == nil {
		return nil, ErrNoConfiguration
	}
	g.trust(config)
	return g.Verifier.SignIn(ctx), nil
}

// SignInOrigins are those that a page has to call for agents to sign in, as far as
// they are known without asking.
func (g *Gate) SignInOrigins() []string {
	if config := g.View.Config(); config != nil {
		g.trust(config)
	}
	return g.Verifier.SignInOrigins()
}
