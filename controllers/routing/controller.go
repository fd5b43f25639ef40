package routing

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/secrets"
	"github.com/pullmode/operator/controllers/status"
)

// +kubebuilder:rbac:groups=pullmode.io,resources=routingruntimes;mediaroutingdomains;worklists;channels;agentsubscriptions,verbs=get;list;watch
// +kubebuilder:rbac:groups=pullmode.io,resources=routingruntimes/status;mediaroutingdomains/status;worklists/status;channels/status;agentsubscriptions/status,verbs=patch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch
// +kubebuilder:rbac:groups=discovery.k8s.io,resources=endpointslices,verbs=get;list;watch

// Namespace is the key of this controller.
type Namespace string

// Defaults of a Reconciler.
const (
	DefaultHoldOff       = 100 * time.Millisecond
	DefaultDriftInterval = 30 * time.Second
)

// concurrent is how many namespaces are reconciled at a time. Most of a
// reconcile is waiting: a runtime that hangs holds up one of them for seconds.
const concurrent = 8

// Reconciler compiles and programs namespaces.
type Reconciler struct {
	// Client reads from caches.
	Client  client.Client
	Secrets *secrets.Reader
	Status  *status.Writer
	// HoldOff is how long the first of a burst of changes waits for the rest of it.
	HoldOff time.Duration
	// DriftInterval is how often replicas are asked what they serve while nothing changes.
	DriftInterval time.Duration
	// Clients are of the runtimes' admin ports.
	Clients *program.Pool
	// Now is the clock.
	Now func() time.Time

	memories memories
}

// SetupWithManager registers the controller. It compiles nothing before the
// caches of everything that it watches are complete.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	for _, kind := range []client.Object{&v1alpha1.Channel{}, &v1alpha1.RoutingRuntime{}} {
		if err := mgr.GetFieldIndexer().IndexField(context.Background(), kind, bySecret, secretsOf); err != nil {
			return err
		}
	}
	// Statuses are this controller's own writing: only what people change starts it.
	declared := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	selected := builder.WithPredicates(predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicate.LabelChangedPredicate{}))
	changed := builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})
	namespace := r.after(namespaceOf)
	return builder.TypedControllerManagedBy[Namespace](mgr).
		Named("routing").
		Watches(&v1alpha1.RoutingRuntime{}, namespace, declared).
		Watches(&v1alpha1.MediaRoutingDomain{}, namespace, declared).
		Watches(&v1alpha1.Worklist{}, namespace, selected). // AgentSubscriptions select them by label
		Watches(&v1alpha1.Channel{}, namespace, declared).
		Watches(&v1alpha1.AgentSubscription{}, namespace, declared).
		Watches(&discoveryv1.EndpointSlice{}, namespace, changed).
		WatchesMetadata(secrets.Metadata(), r.afterSecret(), changed).
		WithOptions(controller.TypedOptions[Namespace]{
			MaxConcurrentReconciles: concurrent,
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[Namespace](r.HoldOff, r.DriftInterval),
		}).
		WithLogConstructor(func(ns *Namespace) logr.Logger {
			log := mgr.GetLogger().WithValues("controller", "routing")
			if ns != nil {
				log = log.WithValues("namespace", string(*ns))
			}
			return log
		}).
		Complete(reconcile.TypedFunc[Namespace](r.Reconcile))
}
