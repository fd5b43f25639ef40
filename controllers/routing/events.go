package routing

import (
	"context"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/workload"
)

// bySecret finds Channels and RoutingRuntimes by a Secret that they name.
const bySecret = "secrets"

func secretsOf(object client.Object) []string {
	var in compile.Input
	switch o := object.(type) {
	case *v1alpha1.Channel:
		in.Channels = []v1alpha1.Channel{*o}
	case *v1alpha1.RoutingRuntime:
		in.Runtimes = []v1alpha1.RoutingRuntime{*o}
	}
	return slices.Collect(maps.Keys(compile.Needs(in)))
}

type queue = workqueue.TypedRateLimitingInterface[Namespace]

// after enqueues the namespace of an object once the hold-off is over. The queue
// keeps the earliest time of a key, so a burst that goes on does not put its
// beginning off: every change is compiled within one hold-off.
func (r *Reconciler) after(namespace func(context.Context, client.Object) (Namespace, bool)) handler.TypedFuncs[client.Object, Namespace] {
	add := func(ctx context.Context, object client.Object, q queue) {
		if ns, ok := namespace(ctx, object); ok {
			q.AddAfter(ns, r.HoldOff)
		}
	}
	return handler.TypedFuncs[client.Object, Namespace]{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) { add(ctx, e.Object, q) },
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q queue) { add(ctx, e.ObjectNew, q) },
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, q queue) { add(ctx, e.Object, q) },
	}
}

// afterSecret is after for Secrets. One that is deleted is forgotten besides:
// the values of all that were ever named would stay in memory otherwise.
func (r *Reconciler) afterSecret() handler.TypedFuncs[client.Object, Namespace] {
	h := r.after(r.namespaceOfUsed)
	enqueue := h.DeleteFunc
	h.DeleteFunc = func(ctx context.Context, e event.DeleteEvent, q queue) {
		r.Secrets.Forget(client.ObjectKeyFromObject(e.Object))
		enqueue(ctx, e, q)
	}
	return h
}

func namespaceOf(_ context.Context, object client.Object) (Namespace, bool) {
	return Namespace(object.GetNamespace()), true
}

// namespaceOfUsed passes over the Secrets that nobody here uses, which are
// nearly all of a cluster's.
func (r *Reconciler) namespaceOfUsed(ctx context.Context, secret client.Object) (Namespace, bool) {
	ns := Namespace(secret.GetNamespace())
	if secret.GetLabels()[workload.LabelManagedBy] == workload.ManagedBy {
		return ns, true // certificates of an admin port
	}
	for _, users := range []client.ObjectList{&v1alpha1.ChannelList{}, &v1alpha1.RoutingRuntimeList{}} {
		err := r.Client.List(ctx, users, client.InNamespace(secret.GetNamespace()), client.MatchingFields{bySecret: secret.GetName()}, client.Limit(1))
		if err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "list who names a Secret", "namespace", ns, "secret", secret.GetName())
			return ns, true
		}
		if meta.LenList(users) > 0 {
			return ns, true
		}
	}
	return ns, false
}
