package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/config/crd"
	"github.com/pullmode/operator/controllers/operator"
)

// platformCluster is a real API server with the operator, for all tests of this
// package that need one. What a cluster would add, pods that run and their addresses,
// is in pod_test.go.
type platformCluster struct {
	kube       client.Client
	kubeconfig string
	net        network
	stop       func() error
}

var theCluster = sync.OnceValues(startCluster)

// clusterStarted tells whether somebody needed the cluster.
var clusterStarted bool

// withCluster ends the cluster after the tests, if one needed it.
type withCluster struct{ *testing.M }

func (w withCluster) Run() int {
	code := w.M.Run()
	if !clusterStarted {
		return code
	}
	if c, err := theCluster(); err == nil {
		err = c.stop()
		if err != nil {
			fmt.Fprintln(os.Stderr, "stop the cluster:", err)
			code = max(code, 1)
		}
	}
	return code
}

func startCluster() (*platformCluster, error) {
	clusterStarted = true
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		return nil, errors.New(`KUBEBUILDER_ASSETS is not set. This test needs a real API server: it must name a folder with kube-apiserver and etcd.
"make test" sets it; by hand: export KUBEBUILDER_ASSETS=$(hack/localcluster/assets.sh)`)
	}
	ctrl.SetLogger(logr.Discard())
	crds, err := crd.All()
	if err != nil {
		return nil, err
	}
	// The defaults, 10 and 20 seconds, are of a machine with nothing else to do.
	environment := &envtest.Environment{
		CRDInstallOptions:        envtest.CRDInstallOptions{CRDs: crds, MaxTime: patience},
		ControlPlaneStartTimeout: patience, ControlPlaneStopTimeout: patience,
	}
	config, err := environment.Start()
	if err != nil {
		return nil, err
	}
	c := &platformCluster{}
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, err
	}
	config.QPS = -1
	if c.kube, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pullmode-cluster-")
	if err != nil {
		return nil, err
	}
	admin, err := environment.AddUser(envtest.User{Name: "platform-admin", Groups: []string{"system:masters"}}, config)
	if err != nil {
		return nil, err
	}
	kubeconfig, err := admin.KubeConfig()
	if err != nil {
		return nil, err
	}
	c.kubeconfig = filepath.Join(dir, "kubeconfig")
	if err := os.WriteFile(c.kubeconfig, kubeconfig, 0o600); err != nil {
		return nil, err
	}
	mgr, err := operator.New(config, operator.Options{
		RuntimeImage: "example.com/pullmode:test", Namespace: "default",
		HoldOff: 50 * time.Millisecond, DriftInterval: 500 * time.Millisecond,
		MetricsAddress: "0", HealthAddress: "0", Log: logr.Discard(), Dial: c.net.dial,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	c.stop = func() error {
		cancel()
		return errors.Join(<-ended, environment.Stop(), os.RemoveAll(dir))
	}
	return c, nil
}

// site is a namespace of the cluster.
type site struct {
	*platformCluster
	t         *testing.T
	namespace string
}

func newSite(t *testing.T) *site {
	t.Helper()
	c, err := theCluster()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{c, t, "t-" + strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))}
	s.must(c.kube.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}}))
	return s
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// apply applies YAML as kubectl would.
func (s *site) apply(text string) {
	s.t.Helper()
	for _, document := range strings.Split("\n"+text, "\n---") {
		o := &unstructured.Unstructured{}
		s.must(yaml.Unmarshal([]byte(document), &o.Object))
		if len(o.Object) == 0 {
			continue
		}
		o.SetNamespace(s.namespace)
		s.must(s.kube.Apply(s.t.Context(), client.ApplyConfigurationFromUnstructured(o), client.FieldOwner("test"), client.ForceOwnership))
	}
}

// applyFolder applies every file of a folder.
func (s *site) applyFolder(dir string) {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	s.must(err)
	for _, f := range files {
		if filepath.Base(f) == "kustomization.yaml" {
			continue
		}
		text, err := os.ReadFile(f)
		s.must(err)
		s.apply(string(text))
	}
}

// outcome is how a command ended.
type outcome struct {
	code        int
	out, errOut string
}

// pullmode runs a command in this process, in the site's namespace.
func (s *site) pullmode(args ...string) outcome {
	s.t.Helper()
	return s.pullmodeWith("", args...)
}

// pullmodeWith runs it with something to read.
func (s *site) pullmodeWith(input string, args ...string) outcome {
	s.t.Helper()
	all := append([]string{"kubectl-pullmode"}, args...)
	all = append(all, "--kubeconfig", s.kubeconfig, "--namespace", s.namespace)
	var out, errOut bytes.Buffer
	code := run(s.t.Context(), all, streams{strings.NewReader(input), &out, &errOut}, s.net.dial)
	return outcome{code, out.String(), errOut.String()}
}

// eventually waits for a fact.
func (s *site) eventually(fact func() error) {
	s.t.Helper()
	gomega.NewWithT(s.t).Eventually(fact).WithTimeout(patience).WithPolling(20 * time.Millisecond).Should(gomega.Succeed())
}

// network gives pods addresses of their own, as a cluster does, and leads connections
// to where they really listen.
type network struct {
	mu     sync.Mutex
	next   int
	routes map[string]string
}

func (n *network) address() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next++
	return fmt.Sprintf("10.1.%d.%d", n.next/250, 1+n.next%250)
}

func (n *network) route(address, to string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.routes == nil {
		n.routes = map[string]string{}
	}
	n.routes[address] = to
}

func (n *network) dial(ctx context.Context, protocol, address string) (net.Conn, error) {
	n.mu.Lock()
	to := n.routes[address]
	n.mu.Unlock()
	if to == "" {
		return nil, fmt.Errorf("no route to %s", address)
	}
	return new(net.Dialer).DialContext(ctx, protocol, to)
}
