package standalone

import (
	"context"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Adopted says what was made of the objects.
type Adopted struct {
	// Verdicts are the compiler's, of the objects that were given.
	Verdicts []compile.Verdict
	// Changed says that something else is served than before.
	Changed bool
	// OwnRuntime says that no RoutingRuntime was given, and defaults serve.
	OwnRuntime bool
	// Issuers are the URLs in whose place the built-in issuer stands.
	Issuers []string
	// Served is what is in force now; nil when nothing ever was.
	Served *snapshot.Snapshot
}

// Adopt compiles objects and takes the outcome into force. What is wrong with an
// object takes nothing away that was served before (L9). in's Previous and Open
// are the server's to fill in.
func (s *Server) Adopt(ctx context.Context, in compile.Input) (Adopted, error) {
	before := s.replica.Report()
	in.Previous = s.replica.Snapshot()
	in.Open = compile.OpenRequests(before)
	var a Adopted
	if len(in.Runtimes) == 0 {
		a.OwnRuntime = true
		in.Runtimes = []v1alpha1.RoutingRuntime{ownRuntime()}
	}
	result := compile.Compile(in)
	a.Verdicts = result.Verdicts
	if a.OwnRuntime {
		a.Verdicts = slices.DeleteFunc(a.Verdicts, func(v compile.Verdict) bool { return v.Kind == snapshot.KindRuntime })
	}
	a.Served = in.Previous
	if result.Snapshot == nil {
		return a, nil
	}
	for _, i := range result.Snapshot.Authentication.Issuers {
		if i.URL != s.issuer.URL() {
			a.Issuers = append(a.Issuers, i.URL)
		}
	}
	s.substitute(result.Snapshot)
	refusal, err := s.replica.Program(ctx, *result.Snapshot)
	if err != nil {
		return a, fmt.Errorf("take the folder into force: %w", err)
	}
	if refusal != nil {
		return a, fmt.Errorf("the runtime refuses what was compiled, which is a mistake of this program: %s", refusal.Message)
	}
	a.Served = s.replica.Snapshot()
	a.Changed = s.replica.Report().Digest != before.Digest
	return a, nil
}

// ownRuntime is the RoutingRuntime where there is none: with the defaults of its
// schema, as far as the runtime learns of them.
func ownRuntime() v1alpha1.RoutingRuntime {
	var r v1alpha1.RoutingRuntime
	r.Name = "standalone"
	r.Spec.Retention = v1alpha1.Retention{
		Closed: metav1.Duration{Duration: 24 * time.Hour},
		Feed:   metav1.Duration{Duration: 10 * time.Minute},
	}
	return r
}

// substitute makes the built-in issuer the only one, and its own key one of every
// channel's.
func (s *Server) substitute(to *snapshot.Snapshot) {
	to.Authentication.Issuers = []snapshot.Issuer{{
		URL: s.issuer.URL(), Audience: issuer.DefaultAudience,
		UsernameClaim: auth.DefaultUsernameClaim, GroupsClaim: auth.DefaultGroupsClaim, AllowHTTP: true,
	}}
	hash := auth.HashKey(s.key)
	for i := range to.Channels {
		c := &to.Channels[i]
		if !slices.Contains(c.KeyHashes, hash) {
			c.KeyHashes = append(c.KeyHashes, hash)
		}
	}
	to.Canonicalize()
}

// Draining says whether lists are there only for what is still open on them: to
// adopt the same objects again lets go of those that have become empty.
func (s *Server) Draining() bool {
	served := s.replica.Snapshot()
	return served != nil && slices.ContainsFunc(served.Lists, func(l snapshot.List) bool { return l.Draining })
}

// Requests says how many requests are open.
func (s *Server) Requests() (open int64) {
	for _, l := range s.replica.Report().Lists {
		open += l.Open
	}
	return open
}

// Report says what is served.
func (s *Server) Report() snapshot.Report { return s.replica.Report() }

// Snapshot is what is served, not to be changed; nil while nothing is.
func (s *Server) Snapshot() *snapshot.Snapshot { return s.replica.Snapshot() }
