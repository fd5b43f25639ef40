package workload

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/pullmode/operator/api/v1alpha1"
)

// certificates applies the Secrets of the admin port. They come first: a pod
// cannot start without its own.
func (r *Reconciler) certificates(ctx context.Context, rt *v1alpha1.RoutingRuntime) (time.Time, error) {
	names := []string{AuthoritySecretName(rt.Name), ServerSecretName(rt.Name), ClientSecretName(rt.Name)}
	present := make([]*corev1.Secret, len(names))
	data := make([]map[string][]byte, len(names))
	for i, name := range names {
		secret, err := r.Secrets.Get(ctx, types.NamespacedName{Namespace: rt.Namespace, Name: name})
		if err != nil {
			return time.Time{}, fmt.Errorf("read Secret %s: %w", name, err)
		}
		if secret != nil {
			present[i], data[i] = secret, secret.Data
		}
	}
	next, err := Renew(rt, Credentials{Authority: data[0], Server: data[1], Client: data[2]}, r.Now())
	if err != nil {
		return time.Time{}, err
	}
	for i, data := range []map[string][]byte{next.Authority, next.Server, next.Client} {
		if err := r.applySecret(ctx, rt, secret(rt, names[i], data), present[i]); err != nil {
			return time.Time{}, err
		}
	}
	return next.RenewAt, nil
}
