package workload

import (
	"context"
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/compile/keyring"
)

// mounts says whether pods could start with the Secrets that they mount.
func (r *Reconciler) mounts(ctx context.Context, rt *v1alpha1.RoutingRuntime) (compile.Finding, error) {
	keys := map[string]compile.SecretKeys{}
	for name, need := range mountNeeds(rt) {
		secret, err := r.Secrets.Get(ctx, types.NamespacedName{Namespace: rt.Namespace, Name: name})
		if err != nil {
			return compile.Finding{}, fmt.Errorf("read Secret %s: %w", name, err)
		}
		if secret != nil {
			keys[name] = keyring.Read(secret.Data, need)
		}
	}
	return compile.Mounted(rt, keys), nil
}

// mountNeeds has the Secrets of others that pods mount.
func mountNeeds(rt *v1alpha1.RoutingRuntime) map[string]compile.Need {
	needs := compile.Needs(compile.Input{Runtimes: []v1alpha1.RoutingRuntime{*rt}})
	for name, need := range needs {
		if !need.Certificate {
			delete(needs, name)
		}
	}
	return needs
}

// mounting are the RoutingRuntimes whose pods mount a Secret.
func (r *Reconciler) mounting(ctx context.Context, secret client.Object) []reconcile.Request {
	var all v1alpha1.RoutingRuntimeList
	if err := r.List(ctx, &all, client.InNamespace(secret.GetNamespace())); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "list RoutingRuntimes", "namespace", secret.GetNamespace())
		return nil
	}
	var requests []reconcile.Request
	for i := range all.Items {
		if _, mounts := mountNeeds(&all.Items[i])[secret.GetName()]; mounts {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&all.Items[i])})
		}
	}
	return requests
}

// hold is apply while pods in the wanted form could not start: what runs is left
// in its form, and only how many there are is followed. A Service has no form to
// lose while there is none.
func (r *Reconciler) hold(ctx context.Context, rt *v1alpha1.RoutingRuntime, child runtime.ApplyConfiguration) error {
	wanted, err := wantedForm(child)
	if err != nil {
		return err
	}
	live, err := r.live(ctx, wanted)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", wanted.GetKind(), wanted.GetName(), err)
	}
	isWorkload := wanted.GetKind() == "Deployment" || wanted.GetKind() == "StatefulSet"
	switch {
	case live == nil && isWorkload:
		return nil
	case live == nil || foreign(rt, live):
		return r.apply(ctx, rt, child)
	case isWorkload:
		return r.scale(ctx, live, replicas(rt))
	default:
		return nil
	}
}

func (r *Reconciler) scale(ctx context.Context, live client.Object, to int32) error {
	var present *int32
	switch w := live.(type) {
	case *appsv1.Deployment:
		present = w.Spec.Replicas
	case *appsv1.StatefulSet:
		present = w.Spec.Replicas
	}
	if present != nil && *present == to {
		return nil
	}
	patch, err := json.Marshal(fields{"spec": fields{"replicas": to}})
	if err != nil {
		return err
	}
	if err := r.Patch(ctx, live, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(FieldManager)); err != nil {
		return fmt.Errorf("scale %s: %w", live.GetName(), err)
	}
	return nil
}
