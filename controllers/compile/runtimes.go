package compile

import (
	"crypto/x509"
	"encoding/pem"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

type runtimes struct {
	// base is the snapshot without objects; nil when there is nothing to serve it.
	base     *snapshot.Snapshot
	verdicts []Verdict
}

// Elected is the RoutingRuntime that serves a namespace: the oldest that is not
// being deleted, and of two of the same second the first by name; nil when there
// is none.
func Elected(items []v1alpha1.RoutingRuntime) *v1alpha1.RoutingRuntime {
	if wanted, _ := split[v1alpha1.RoutingRuntime](items); len(wanted) > 0 {
		return wanted[0]
	}
	return nil
}

// compileRuntimes picks the namespace's one RoutingRuntime, the oldest, and
// starts the snapshot from it.
func compileRuntimes(items []v1alpha1.RoutingRuntime, last previous, keys map[string]SecretKeys) runtimes {
	wanted, leaving := split[v1alpha1.RoutingRuntime](items)
	var r runtimes
	for i, o := range wanted {
		v := newVerdict(snapshot.KindRuntime, o)
		if i == 0 {
			r.base, v.Accepted, v.ResolvedRefs = runtimeForm(o, last, keys)
		} else {
			v.Accepted = refused(v1alpha1.ReasonConflict, "A namespace has one RoutingRuntime, and %s is older: delete one of the two, or move this one to another namespace.", wanted[0].Name)
		}
		r.verdicts = append(r.verdicts, v)
	}
	for _, o := range leaving {
		r.verdicts = append(r.verdicts, leavingVerdict(snapshot.KindRuntime, o))
	}
	return r
}

// runtimeForm is what the snapshot takes of a RoutingRuntime: its present form,
// or the last accepted one (L9). Where its event sink cannot be signed for and
// there is no last form, nothing is served: what must leave a record does not
// happen without one.
func runtimeForm(o *v1alpha1.RoutingRuntime, last previous, keys map[string]SecretKeys) (form *snapshot.Snapshot, accepted, resolved Finding) {
	form = &snapshot.Snapshot{
		FormatVersion:  snapshot.FormatVersion,
		Runtime:        source(o),
		Authentication: snapshot.Authentication{Issuers: issuers(o.Spec.Authentication.Issuers)},
		Retention: snapshot.Retention{
			Closed: snapshot.Duration(o.Spec.Retention.Closed.Duration),
			Feed:   snapshot.Duration(o.Spec.Retention.Feed.Duration),
		},
		Sessions: snapshot.Sessions{
			Policy:          snapshot.SessionPolicy(o.Spec.SessionPolicy),
			DisconnectGrace: snapshot.Duration(o.Spec.DisconnectGrace.Duration),
		},
		TransferTimeout: snapshot.Duration(o.Spec.TransferTimeout.Duration),
		AllowedOrigins:  words(o.Spec.AllowedOrigins),
		RateLimits: snapshot.RateLimits{
			Agent:     (*snapshot.Rate)(o.Spec.RateLimits.Agent.DeepCopy()),
			Connector: (*snapshot.Rate)(o.Spec.RateLimits.Connector.DeepCopy()),
		},
	}
	form.EventSink, resolved = webhookForm(o.Spec.EventSink, keys, "spec.eventSink")
	accepted = checkRuntime(o, form)
	if !accepted.OK || !resolved.OK {
		form = last.runtime(o)
	}
	// The pods wait for what they mount, and nothing else does: of what is served
	// nothing comes from there, and who runs already goes on and follows changes.
	if mounted := Mounted(o, keys); !mounted.OK {
		resolved.and(mounted.Reason, "%s", mounted.Message)
	}
	return form, accepted, resolved
}

func checkRuntime(o *v1alpha1.RoutingRuntime, form *snapshot.Snapshot) Finding {
	if o.Spec.Retention.Closed.Duration <= 0 || o.Spec.Retention.Feed.Duration <= 0 {
		return refused(v1alpha1.ReasonInvalid, "Nothing can be kept for no time: set spec.retention.closed and spec.retention.feed above zero.")
	}
	for i, issuer := range o.Spec.Authentication.Issuers {
		if issuer.CABundle != "" && !holdsCertificate(issuer.CABundle) {
			return refused(v1alpha1.ReasonInvalid, "spec.authentication.issuers[%d].caBundle holds no certificate that can be read: paste the PEM of the authority that signed %s's certificate.", i, issuer.URL)
		}
	}
	return servable(form.Problems())
}

// holdsCertificate tells whether the whole of a bundle can be read. The schema
// sees only that it begins like one.
func holdsCertificate(bundle string) bool {
	found := false
	for rest := []byte(bundle); ; found = true {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return found
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return false
		}
	}
}

func issuers(specs []v1alpha1.Issuer) []snapshot.Issuer {
	forms := make([]snapshot.Issuer, 0, len(specs))
	for _, s := range specs {
		forms = append(forms, snapshot.Issuer{
			URL: s.URL, Audience: s.Audience, UsernameClaim: s.UsernameClaim, GroupsClaim: s.GroupsClaim,
			CABundle: s.CABundle, AllowHTTP: s.InsecureAllowHTTP,
			UsernamePrefix: s.UsernamePrefix, GroupsPrefix: s.GroupsPrefix,
			ClientID: s.ClientID, Scopes: words(s.Scopes),
		})
	}
	return forms
}

func words[T ~string](all []T) (plain []string) {
	for _, w := range all {
		plain = append(plain, string(w))
	}
	return plain
}
