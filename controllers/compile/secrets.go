package compile

import (
	"slices"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Need says which keys of a Secret objects name, and what for.
type Need struct {
	// Connector are compared with what a connector shows: their hashes are enough.
	Connector []string
	// Signing are what posts are signed with: they are needed as they are.
	Signing []string
	// Certificate is for a Secret that pods have as files: whether tls.crt and
	// tls.key are a certificate and its private key.
	Certificate bool
	// Authorities is whether ca.crt holds certificates, for the same.
	Authorities bool
}

// Needs says, by the name of a Secret, what the objects of an Input need of it.
// Whoever fills in Input.Keys asks it, and keeps nothing else of a Secret.
func Needs(in Input) map[string]Need {
	needs := map[string]Need{}
	sign := func(w *v1alpha1.Webhook) {
		if w == nil {
			return
		}
		need := needs[w.SecretRef.Name]
		need.Signing = set(append(need.Signing, w.SecretRef.Key))
		needs[w.SecretRef.Name] = need
	}
	for i := range in.Runtimes {
		sign(in.Runtimes[i].Spec.EventSink)
		for _, m := range mounts(&in.Runtimes[i]) {
			need := needs[m.secret]
			need.Certificate, need.Authorities = true, need.Authorities || m.authorities
			needs[m.secret] = need
		}
	}
	for i := range in.Channels {
		spec := &in.Channels[i].Spec
		need := needs[spec.SecretRef.Name]
		need.Connector = set(append(need.Connector, spec.SecretRef.Key))
		needs[spec.SecretRef.Name] = need
		sign(spec.Outbound)
	}
	return needs
}

// find gives what a Secret holds under a key, or says what is wrong with it. what
// is to be found there, and where is the field that names it.
func find(keys map[string]SecretKeys, secret, key, what, where string) (Key, Finding) {
	values, ok := keys[secret]
	if !ok {
		return Key{}, refused(v1alpha1.ReasonSecretNotFound, "No Secret %s exists: create it with %s under %q, or correct %s.name.", secret, what, key, where)
	}
	value := values[key] // one that is missing has no hashes
	switch {
	case value.Problem != "":
		return Key{}, refused(v1alpha1.ReasonSecretKeyInvalid, "Secret %s cannot be used with what it has under %q: %s.", secret, key, value.Problem)
	case len(value.Hashes) == 0:
		return Key{}, refused(v1alpha1.ReasonSecretKeyMissing, "Secret %s has nothing under %q: put %s there, or correct %s.key.", secret, key, what, where)
	}
	return value, resolved()
}

// webhookForm is a Webhook with what it signs with; without that, the finding
// says why. It is nil where there is none.
func webhookForm(spec *v1alpha1.Webhook, keys map[string]SecretKeys, where string) (*snapshot.Webhook, Finding) {
	if spec == nil {
		return nil, resolved()
	}
	form := &snapshot.Webhook{URL: spec.URL}
	key, finding := find(keys, spec.SecretRef.Name, spec.SecretRef.Key, "the signing secret", where+".secretRef")
	if finding.OK {
		form.SigningKeys = set(key.Signing)
	}
	return form, finding
}

func copyWebhook(w *snapshot.Webhook) *snapshot.Webhook {
	if w == nil {
		return nil
	}
	c := *w
	c.SigningKeys = slices.Clone(w.SigningKeys)
	return &c
}
