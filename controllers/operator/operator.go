// Package operator puts the controllers together on one manager. cmd/operator
// runs it with flags, the test suite in its own process.
package operator

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/meter"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/routing"
	"github.com/pullmode/operator/controllers/secrets"
	"github.com/pullmode/operator/controllers/status"
	"github.com/pullmode/operator/controllers/workload"
)

// leaderLease is the name of the Lease that the leader holds.
const leaderLease = "pullmode-operator"

// eventSource is whose Events they are.
const eventSource = "pullmode-operator"

// +kubebuilder:rbac:groups=coordination.k8s.io,resources=leases,namespace=pullmode-system,roleName=pullmode-operator-leader,verbs=get;create;update
// +kubebuilder:rbac:groups="",resources=events,namespace=pullmode-system,roleName=pullmode-operator-leader,verbs=create;patch

// Options say how the operator runs. Zero values mean the defaults that are
// stated, or nothing.
type Options struct {
	// RuntimeImage is for RoutingRuntimes that name no image of their own.
	RuntimeImage string
	// Namespace is where the operator's own pods are; empty outside a cluster.
	Namespace string
	// Namespaces are those that it looks after; none means all.
	Namespaces []string
	// HoldOff and DriftInterval are the routing controller's.
	HoldOff, DriftInterval time.Duration

	LeaderElect bool
	// MetricsAddress and HealthAddress are host and port to listen on; "0" turns one off.
	MetricsAddress, HealthAddress string

	Log logr.Logger
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// Dial is how it connects to runtimes; nil for the usual way.
	Dial program.Dial
	// Patience is how long it waits for a runtime's replica to answer, and to adopt
	// what it was handed; program.DefaultPatience by default.
	Patience time.Duration
}

// New makes a manager with all controllers. Nothing runs before it is started.
func New(cluster *rest.Config, o Options) (ctrl.Manager, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.HoldOff <= 0 || o.DriftInterval <= 0 {
		return nil, errors.New("the hold-off and the drift interval must be above zero")
	}
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, err
	}
	mgr, err := ctrl.NewManager(unlimited(cluster), ctrl.Options{
		Scheme:                 scheme,
		Logger:                 o.Log,
		Cache:                  cacheOptions(o.Namespaces),
		Metrics:                metricsserver.Options{BindAddress: o.MetricsAddress},
		HealthProbeBindAddress: o.HealthAddress,
		Controller: config.Controller{
			// One that waits for the lease has read everything, and begins at once.
			EnableWarmup: ptr.To(true),
			// Names are checked over the whole process, in which a test runs several operators.
			SkipNameValidation: ptr.To(true),
		},
		LeaderElection:          o.LeaderElect,
		LeaderElectionID:        leaderLease,
		LeaderElectionNamespace: o.Namespace,
		// The process ends when the manager does, so the next leader need not wait for the lease to run out.
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return nil, fmt.Errorf("make the manager: %w", err)
	}
	return mgr, errors.Join(controllers(mgr, o), probes(mgr))
}

func controllers(mgr ctrl.Manager, o Options) error {
	c, recorder := mgr.GetClient(), mgr.GetEventRecorder(eventSource)
	meter.Objects(mgr.GetCache())
	reader := secrets.NewReader(mgr.GetCache(), mgr.GetAPIReader())
	w := &workload.Reconciler{
		Client: c, Live: mgr.GetAPIReader(), Secrets: reader, Events: recorder, Now: o.Now,
		Options: workload.Options{Image: o.RuntimeImage, OperatorNamespace: o.Namespace},
	}
	r := &routing.Reconciler{
		Client: c, Secrets: reader, Status: &status.Writer{Client: c, Live: mgr.GetAPIReader(), Events: recorder, Now: o.Now},
		HoldOff: o.HoldOff, DriftInterval: o.DriftInterval, Clients: &program.Pool{Dial: o.Dial, Patience: o.Patience}, Now: o.Now,
	}
	return errors.Join(w.SetupWithManager(mgr), r.SetupWithManager(mgr))
}

func probes(mgr ctrl.Manager) error {
	return errors.Join(
		mgr.AddHealthzCheck("ping", healthz.Ping),
		mgr.AddReadyzCheck("caches", func(req *http.Request) error {
			if !mgr.GetCache().WaitForCacheSync(req.Context()) {
				return errors.New("the caches are not complete yet")
			}
			return nil
		}),
	)
}

// unlimited leaves the limits on requests to the API server, which knows what it
// can bear.
func unlimited(cluster *rest.Config) *rest.Config {
	c := rest.CopyConfig(cluster)
	c.QPS = -1
	return c
}
