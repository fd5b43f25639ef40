package workload

import (
	"context"
	"errors"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/secrets"
)

// +kubebuilder:rbac:groups=pullmode.io,resources=routingruntimes,verbs=get;list;watch
// +kubebuilder:rbac:groups=pullmode.io,resources=routingruntimes/status,verbs=patch
// +kubebuilder:rbac:groups=apps,resources=statefulsets,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups="",resources=services;serviceaccounts;secrets,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=get;list;watch;create;patch

// Reconciler keeps the children of RoutingRuntimes as they should be. Children
// that are no longer wanted go with their owner: it deletes nothing, and may not.
type Reconciler struct {
	client.Client
	// Live asks the API server itself.
	Live    client.Reader
	Secrets *secrets.Reader
	Options Options
	Now     func() time.Time
}

// SetupWithManager registers the controller.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	generation := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	return ctrl.NewControllerManagedBy(mgr).
		Named("workload").
		For(&v1alpha1.RoutingRuntime{}, generation).
		// When one goes, another of its namespace may take its place.
		Watches(&v1alpha1.RoutingRuntime{}, handler.EnqueueRequestsFromMapFunc(r.siblings), generation).
		Owns(&appsv1.StatefulSet{}).
		Owns(&corev1.Service{}).
		Owns(&corev1.ServiceAccount{}).
		Owns(&corev1.Secret{}, builder.OnlyMetadata).
		Owns(&policyv1.PodDisruptionBudget{}).
		Owns(&networkingv1.NetworkPolicy{}).
		WithOptions(controller.Options{
			// What stands in the way may go without an event for us: try again every half minute at least.
			RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](250*time.Millisecond, 30*time.Second),
		}).
		Complete(r)
}

// siblings are the RoutingRuntimes of an object's namespace.
func (r *Reconciler) siblings(ctx context.Context, object client.Object) []reconcile.Request {
	var all v1alpha1.RoutingRuntimeList
	if err := r.List(ctx, &all, client.InNamespace(object.GetNamespace())); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "list RoutingRuntimes", "namespace", object.GetNamespace())
		return nil
	}
	requests := make([]reconcile.Request, 0, len(all.Items))
	for i := range all.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&all.Items[i])})
	}
	return requests
}

// Reconcile applies the children of one RoutingRuntime and reports on them.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var all v1alpha1.RoutingRuntimeList
	if err := r.List(ctx, &all, client.InNamespace(req.Namespace)); err != nil {
		return ctrl.Result{}, fmt.Errorf("list RoutingRuntimes: %w", err)
	}
	// The one that serves the namespace has children, any other has none.
	rt := compile.Elected(all.Items)
	if rt == nil || rt.Name != req.Name {
		return ctrl.Result{}, nil
	}
	renewAt, err := r.applyAll(ctx, rt)
	switch {
	case overtaken(err):
		return ctrl.Result{}, err // look again: there is nothing to report
	case leaving(err):
		return ctrl.Result{}, nil
	}
	if err := errors.Join(err, client.IgnoreNotFound(r.report(ctx, rt, err))); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: renewAt.Sub(r.Now())}, nil
}

// applyAll applies every child, also behind one that fails, and says when the
// first certificate is to be renewed.
func (r *Reconciler) applyAll(ctx context.Context, rt *v1alpha1.RoutingRuntime) (time.Time, error) {
	if r.Options.image(rt) == "" {
		return time.Time{}, errors.New("no image to run: set spec.image, or start the operator with --runtime-image")
	}
	next, err := r.certificates(ctx, rt)
	if err != nil {
		return time.Time{}, err
	}
	var failures []error
	for _, child := range Children(rt, r.Options) {
		failures = append(failures, r.apply(ctx, rt, child))
	}
	return next, errors.Join(failures...)
}

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
