package packaging_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/pullmode/operator/api/v1alpha1"
)

// patience is how long these tests wait for what has to come, on the busiest machine.
const patience = 2 * time.Minute

// server is a real API server. What is applied to it has to be right to the last
// field, as with kubectl apply --server-side --validate=strict.
type server struct {
	client.Client
	config *rest.Config
}

func start(t *testing.T) *server {
	t.Helper()
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Fatal(`KUBEBUILDER_ASSETS is not set. This test needs a real API server: it must name a folder with kube-apiserver and etcd.
"make test" sets it; by hand: export KUBEBUILDER_ASSETS=$(hack/localcluster/assets.sh)`)
	}
	ctrl.SetLogger(logr.Discard())
	environment := &envtest.Environment{ControlPlaneStartTimeout: patience, ControlPlaneStopTimeout: patience}
	config, err := environment.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := environment.Stop(); err != nil {
			t.Error(err)
		}
	})
	config.QPS = -1
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	kube, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	return &server{Client: client.WithFieldValidation(kube, metav1.FieldValidationStrict), config: config}
}

// namespace makes a namespace, if there is none of the name.
func (s *server) namespace(t *testing.T, name string) {
	t.Helper()
	err := s.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
}

// apply applies rendered objects server-side.
func (s *server) apply(t *testing.T, objects []*unstructured.Unstructured, options ...client.ApplyOption) {
	t.Helper()
	options = append(options, client.FieldOwner("kubectl"), client.ForceOwnership)
	for _, o := range objects {
		err := s.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(o.DeepCopy()), options...)
		if err != nil {
			t.Errorf("%s %s is refused: %v", o.GetKind(), o.GetName(), err)
		}
	}
}

// remove deletes them again, but not a namespace: nothing would end it here.
func (s *server) remove(t *testing.T, objects []*unstructured.Unstructured) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // it is called when the test is over
	for _, o := range objects {
		if o.GetKind() == "Namespace" {
			continue
		}
		if err := client.IgnoreNotFound(s.Delete(ctx, o)); err != nil {
			t.Errorf("delete %s %s: %v", o.GetKind(), o.GetName(), err)
		}
	}
}

// monitoring installs the CRDs of Prometheus' own operator: the version that
// hack/tools pins.
func (s *server) monitoring(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-modfile=hack/tools/go.mod", "-json", "github.com/prometheus-operator/prometheus-operator")
	cmd.Dir = checkout
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go mod download: %v: %s", err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, kind := range []string{"podmonitors", "prometheusrules", "servicemonitors"} {
		paths = append(paths, filepath.Join(module.Dir, "example", "prometheus-operator-crd", "monitoring.coreos.com_"+kind+".yaml"))
	}
	if _, err := envtest.InstallCRDs(s.config, envtest.CRDInstallOptions{Paths: paths, ErrorIfPathMissing: true, MaxTime: patience}); err != nil {
		t.Fatal(err)
	}
}

// Every object of every way to install is taken by the API server, with no field that it does not know.
func TestAPIServerTakesEveryObject(t *testing.T) {
	s := start(t)
	s.monitoring(t)
	for name, tc := range installations {
		t.Run(name, func(t *testing.T) {
			for _, ns := range []string{"pullmode-system", "team-a", "team-b"} {
				s.namespace(t, ns)
			}
			var objects []*unstructured.Unstructured
			for _, folder := range tc.folders(t) {
				objects = append(objects, kustomize(t, folder)...)
			}
			s.apply(t, append(objects, template(t, tc.namespace, tc.values...)...), client.DryRunAll)
		})
	}
}
