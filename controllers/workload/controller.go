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
	"k8s.io/client-go/tools/events"
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
	"github.com/pullmode/operator/controllers/contest"
	"github.com/pullmode/operator/controllers/secrets"
)

// +kubebuilder:rbac:groups=pullmode.io,resources=routingruntimes,verbs=get;list;watch
// +kubebuilder:rbac:groups=pullmode.io,resources=routingruntimes/status,verbs=patch
// +kubebuilder:rbac:groups=apps,resources=statefulsets;deployments,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups="",resources=persistentvolumeclaims,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups="",resources=services;serviceaccounts;secrets,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses,verbs=get;list;watch;create;patch;delete

// Reconciler keeps the children of RoutingRuntimes as they should be. Children go
// with their owner; the one that it deletes itself is an Ingress that is no longer
// wanted.
type Reconciler struct {
	client.Client
	// Live asks the API server itself.
	Live    client.Reader
	Secrets *secrets.Reader
	Options Options
	// Events tells people of what has changed.
	Events events.EventRecorder
	Now    func() time.Time

	rivals rivals
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
		Owns(&appsv1.Deployment{}).
		Owns(&corev1.Service{}).
		Owns(&corev1.ServiceAccount{}).
		Owns(&corev1.Secret{}, builder.OnlyMetadata).
		Owns(&policyv1.PodDisruptionBudget{}).
		Owns(&networkingv1.NetworkPolicy{}).
		Owns(&networkingv1.Ingress{}).
		Watches(&corev1.PersistentVolumeClaim{}, handler.EnqueueRequestsFromMapFunc(ofVolume)).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.mounting)).
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
		r.rivals.forget(req.NamespacedName)
		return ctrl.Result{}, nil
	}
	done := r.applyAll(ctx, rt)
	err := errors.Join(done.failures...)
	switch {
	case errors.Is(err, errOverruled):
		return ctrl.Result{RequeueAfter: min(contest.AsideFor, done.renewAt.Sub(r.Now()))}, nil // the other one reports
	case overtaken(err):
		return ctrl.Result{}, err // look again: there is nothing to report
	case leaving(err):
		return ctrl.Result{}, nil
	}
	if err := errors.Join(err, client.IgnoreNotFound(r.report(ctx, rt, done))); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: done.renewAt.Sub(r.Now())}, nil
}

// outcome is what there is to tell after a reconcile.
type outcome struct {
	// renewAt is when the first certificate is to be renewed.
	renewAt time.Time
	// pods is how many there are.
	pods int32
	// waiting says which Secrets the pods wait for; OK when none.
	waiting compile.Finding
	// failures are tried again; hints are not.
	failures, hints []error
}

// applyAll applies every child, also behind one that fails.
func (r *Reconciler) applyAll(ctx context.Context, rt *v1alpha1.RoutingRuntime) (done outcome) {
	done.pods = rt.Status.CurrentReplicas // until it is known better
	fail := func(errs ...error) outcome {
		done.failures = append(done.failures, errs...)
		return done
	}
	if r.Options.image(rt) == "" {
		return fail(errors.New("no image to run: set spec.image, or start the operator with --runtime-image"))
	}
	var err error
	if done.renewAt, err = r.certificates(ctx, rt); err != nil {
		return fail(err)
	}
	running, err := r.running(ctx, rt)
	if err != nil {
		return fail(err)
	}
	if done.waiting, err = r.mounts(ctx, rt); err != nil {
		return fail(err)
	}
	for _, child := range surroundings(rt, r.Options) {
		fail(r.apply(ctx, rt, child))
	}
	change := r.apply
	if !done.waiting.OK {
		change = r.hold
	}
	for _, child := range serving(rt, r.Options, running.firstSize) {
		fail(change(ctx, rt, child))
	}
	if done.waiting.OK {
		fail(r.removeIngress(ctx, rt))
	}
	done.pods, done.hints = running.pods, running.complaints
	return fail(r.grow(ctx, rt))
}
