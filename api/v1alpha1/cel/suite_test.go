// Package cel_test holds the schemas against a real API server: what it accepts, what it refuses and in which words,
// and what it fills in. There is one file per kind, and a rule without a row in it fails the suite.
package cel_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/config/crd"
)

// kinds holds the cases of every kind of the group.
var kinds = map[string]kindCase{
	"RoutingRuntime":     routingRuntime,
	"MediaRoutingDomain": mediaRoutingDomain,
	"Worklist":           worklist,
	"Channel":            channel,
	"AgentSubscription":  agentSubscription,
}

// kindCase is what a kind's file tells.
type kindCase struct {
	// minimal is the smallest object that is accepted: the one that the documentation shows.
	minimal string
	// defaulted is the spec of minimal as the API server stores it.
	defaulted string
	// rules has one row for each CEL rule of the schema.
	rules []rule
	// limits has rows for what the schema refuses without CEL.
	limits map[string]limit
}

var (
	config    *rest.Config
	apiClient client.Client
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

// run starts one API server for the whole package.
func run(m *testing.M) int {
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		fmt.Fprintln(os.Stderr, `KUBEBUILDER_ASSETS is not set. These tests need a real API server: it must name a folder with kube-apiserver and etcd.
"make test" sets it; by hand: export KUBEBUILDER_ASSETS=$(hack/localcluster/assets.sh)`)
		return 1
	}
	crds, err := crd.All()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	const patience = 2 * time.Minute // on the busiest machine
	environment := &envtest.Environment{
		CRDInstallOptions:        envtest.CRDInstallOptions{CRDs: crds, MaxTime: patience},
		ControlPlaneStartTimeout: patience, ControlPlaneStopTimeout: patience,
	}
	config, err = environment.Start()
	if err != nil {
		fmt.Fprintf(os.Stderr, "start the API server of KUBEBUILDER_ASSETS=%s: %v\n", os.Getenv("KUBEBUILDER_ASSETS"), err)
		return 1
	}
	defer func() {
		if err := environment.Stop(); err != nil {
			fmt.Fprintf(os.Stderr, "stop the API server: %v\n", err)
		}
	}()
	config.QPS = -1 // a table is a burst

	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	if apiClient, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		fmt.Fprintf(os.Stderr, "make a client: %v\n", err)
		return 1
	}
	return m.Run()
}

// newNamespace returns the name of a namespace that no other test uses. It stays: the API server goes with the package.
func newNamespace(t *testing.T) string {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "t-"}}
	if err := apiClient.Create(context.Background(), namespace); err != nil {
		t.Fatal(err)
	}
	return namespace.Name
}
