// Package envtest_test runs the whole operator against a real API server and
// real replicas of the runtime. What a cluster would add, and an API server alone
// does not have, is in cluster_test.go: pods that run, and their addresses.
package envtest_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/go-logr/logr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/config/crd"
	"github.com/pullmode/operator/controllers/operator"
)

var (
	config *rest.Config
	kube   client.Client
	net    = &network{}
)

// patience is how long this suite waits for what has to come, on the busiest machine.
const patience = 2 * time.Minute

// drift is the operator's interval here: short, so that a test sees many of them.
const drift = 500 * time.Millisecond

// eventsOnly lets no drift check pass for the event that should have started a reconcile.
func eventsOnly(o *operator.Options) { o.DriftInterval = time.Hour }

// impatient gives an operator the patience that it has in a cluster.
func impatient(o *operator.Options) { o.Patience = 0 }

func TestOperator(t *testing.T) {
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Fatal(`KUBEBUILDER_ASSETS is not set. These tests need a real API server: it must name a folder with kube-apiserver and etcd.
"make test" sets it; by hand: export KUBEBUILDER_ASSETS=$(hack/localcluster/assets.sh)`)
	}
	ctrl.SetLogger(logr.Discard())
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(20 * time.Millisecond)
	EnforceDefaultTimeoutsWhenUsingContexts()
	RunSpecs(t, "operator")
}

var _ = BeforeSuite(func() {
	kubectlCache = GinkgoT().TempDir()
	crds, err := crd.All()
	Expect(err).NotTo(HaveOccurred())
	environment := &envtest.Environment{
		CRDInstallOptions:        envtest.CRDInstallOptions{CRDs: crds, MaxTime: patience},
		ControlPlaneStartTimeout: patience, ControlPlaneStopTimeout: patience,
	}
	config, err = environment.Start()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(environment.Stop)
	config.QPS = -1

	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	kube, err = client.New(config, client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
})

// running is an operator in this process.
type running struct {
	writes *writes
	stop   func()
}

// startOperator starts an operator that looks after some namespaces, and stops it
// at the end of the test.
func startOperator(change func(*operator.Options), namespaces ...string) *running {
	GinkgoHelper()
	return startWriting(&writes{}, change, namespaces...)
}

// startWriting starts an operator whose requests go through counted.
func startWriting(counted *writes, change func(*operator.Options), namespaces ...string) *running {
	GinkgoHelper()
	wrapped := rest.CopyConfig(config)
	wrapped.Wrap(counted.wrap)
	options := operator.Options{
		RuntimeImage: "example.com/pullmode:test", Namespace: "default", Namespaces: namespaces,
		HoldOff: 50 * time.Millisecond, DriftInterval: drift,
		MetricsAddress: "0", HealthAddress: "0",
		Log: GinkgoLogr, Dial: net.dial,
		// On a busy machine a replica is not silent yet because it is late.
		Patience: time.Minute,
	}
	if change != nil {
		change(&options)
	}
	mgr, err := operator.New(wrapped, options)
	Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			Fail(fmt.Sprintf("the operator ended with an error: %v", err))
		}
	}
	DeferCleanup(stop)
	return &running{writes: counted, stop: stop}
}
