package compile

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// mount is a Secret that the pods of a RoutingRuntime have as files.
type mount struct {
	secret string
	// where is the field that names it.
	where string
	// authorities tells that it holds ca.crt besides tls.crt and tls.key.
	authorities bool
}

func mounts(o *v1alpha1.RoutingRuntime) (found []mount) {
	if tls := o.Spec.TLS; tls != nil {
		found = append(found, mount{secret: tls.SecretRef.Name, where: "spec.tls.secretRef"})
	}
	if etcd := o.Spec.Storage.Etcd; etcd != nil && etcd.TLSSecretRef != nil {
		found = append(found, mount{secret: etcd.TLSSecretRef.Name, where: "spec.storage.etcd.tlsSecretRef", authorities: true})
	}
	return found
}

// Mounted says whether pods of a RoutingRuntime could start with the Secrets that
// they have as files: whether all are there, and hold what they have to. keys are
// those of Input, and hold at least what Needs says.
func Mounted(o *v1alpha1.RoutingRuntime, keys map[string]SecretKeys) Finding {
	all := resolved()
	for _, m := range mounts(o) {
		if f := m.find(keys); !f.OK {
			all.and(f.Reason, "%s", f.Message)
		}
	}
	return all
}

func (m mount) find(keys map[string]SecretKeys) Finding {
	files := []struct{ key, what string }{
		{corev1.TLSCertKey, "the certificate"}, {corev1.TLSPrivateKeyKey, "the private key of the certificate"},
	}
	content := "tls.crt and tls.key"
	if m.authorities {
		files = append(files, struct{ key, what string }{corev1.ServiceAccountRootCAKey, "the certificate of the authority"})
		content = "tls.crt, tls.key and ca.crt"
	}
	values, ok := keys[m.secret]
	if !ok {
		return refused(v1alpha1.ReasonSecretNotFound, "No Secret %s exists: create it with %s, or correct %s.name.", m.secret, content, m.where)
	}
	for _, file := range files {
		value := values[file.key]
		switch {
		case value.Problem != "":
			return refused(v1alpha1.ReasonSecretKeyInvalid, "Secret %s cannot be used with what it has under %q: %s.", m.secret, file.key, value.Problem)
		case !value.Certificate:
			return refused(v1alpha1.ReasonSecretKeyMissing, "Secret %s has nothing under %q: put %s there, in PEM, or correct %s.name.", m.secret, file.key, file.what, m.where)
		}
	}
	return resolved()
}
