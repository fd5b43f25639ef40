package envtest_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	stdnet "net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/controllers/workload"
	"github.com/pullmode/operator/runtime/replica"
)

// network gives pods addresses of their own, as a cluster does, and leads
// connections to where they really listen.
type network struct {
	mu          sync.Mutex
	next        int
	routes      map[string]string
	connections map[string][]stdnet.Conn
}

func (n *network) address() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next++
	return fmt.Sprintf("10.1.%d.%d", n.next/250, 1+n.next%250)
}

// route leads connections to an address from now on, and breaks those that are
// open to it off.
func (n *network) route(address, to string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.routes == nil {
		n.routes, n.connections = map[string]string{}, map[string][]stdnet.Conn{}
	}
	n.routes[address] = to
	for _, c := range n.connections[address] {
		_ = c.Close()
	}
	n.connections[address] = nil
}

func (n *network) dial(ctx context.Context, protocol, address string) (stdnet.Conn, error) {
	n.mu.Lock()
	to := n.routes[address]
	n.mu.Unlock()
	if to == "" {
		return nil, fmt.Errorf("no route to %s", address)
	}
	c, err := new(stdnet.Dialer).DialContext(ctx, protocol, to)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.connections[address] = append(n.connections[address], c)
	return c, nil
}

// pod stands in for what the StatefulSet controller and a kubelet do for the one
// replica of a runtime: it runs the real replica with the files that the pod
// would have mounted, and publishes its address and whether it is ready.
type pod struct {
	key     types.NamespacedName // of the RoutingRuntime
	ordinal int
	address string
	data    string
	version string
	etcd    replica.Etcd // where several replicas have their store
	// silentAfter is when it tells of its issuer, which nowhere answers.
	silentAfter time.Duration
	replica     *replica.Replica
	cancel      func()
}

// served is a namespace with everything in it, an operator that looks after it, and
// the pod that serves it.
func served(ctx context.Context) (namespace string, p *pod) {
	GinkgoHelper()
	namespace = newNamespace(ctx)
	startOperator(nil, namespace)
	apply(ctx, namespace, everything)
	p = startPod(ctx, namespace, "main")
	allReady(ctx, namespace)
	return namespace, p
}

// startPod starts the replica of a runtime as soon as its certificates are there.
func startPod(ctx context.Context, namespace, runtime string) *pod {
	GinkgoHelper()
	p := newPod(namespace, runtime)
	p.appear(ctx)
	return p
}

// appear starts the replica, publishes it and watches over it.
func (p *pod) appear(ctx context.Context) {
	GinkgoHelper()
	p.start(ctx)
	p.publish(ctx, false)
	p.watch()
	DeferCleanup(p.delete)
}

// newPod has an address and an empty volume, and does not run yet.
func newPod(namespace, runtime string) *pod {
	return &pod{
		key:     types.NamespacedName{Namespace: namespace, Name: runtime},
		address: net.address(), data: GinkgoT().TempDir(), version: "test", silentAfter: time.Hour,
	}
}

func (p *pod) name() string { return fmt.Sprintf("%s-%d", p.key.Name, p.ordinal) }

func (p *pod) admin() string { return fmt.Sprintf("%s:%d", p.address, workload.PortAdmin) }

// start runs the replica on its volume.
func (p *pod) start(ctx context.Context) {
	GinkgoHelper()
	var err error
	p.replica, err = replica.Start(ctx, replica.Options{
		Name: p.name(), DataDir: p.data, Etcd: p.etcd, Addr: "127.0.0.1:0",
		AdminAddr: "127.0.0.1:0", AdminTLSDir: p.mount(ctx), MetricsAddr: "127.0.0.1:0",
		SilentAfter: p.silentAfter, DrainTimeout: time.Second, Version: p.version, Log: slog.New(slog.DiscardHandler),
	})
	Expect(err).NotTo(HaveOccurred())
	net.route(p.admin(), p.replica.AdminAddr().String())
}

// mount writes the pod's Secret into a directory.
func (p *pod) mount(ctx context.Context) string {
	GinkgoHelper()
	var secret corev1.Secret
	Eventually(func() error {
		return kube.Get(ctx, types.NamespacedName{Namespace: p.key.Namespace, Name: workload.ServerSecretName(p.key.Name)}, &secret)
	}).Should(Succeed())
	dir := GinkgoT().TempDir()
	for name, content := range secret.Data {
		Expect(os.WriteFile(filepath.Join(dir, name), content, 0o600)).To(Succeed())
	}
	return dir
}

// watch publishes readiness whenever it changes, as a kubelet's probe does.
func (p *pod) watch() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	r := p.replica
	go func() {
		defer GinkgoRecover()
		defer close(ended)
		ready := false
		for tick := time.NewTicker(10 * time.Millisecond); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				if now := r.Ready() == nil; now != ready {
					p.publish(ctx, now)
					ready = now
				}
			}
		}
	}()
	p.cancel = func() {
		cancel()
		<-ended
	}
}

// publish writes the EndpointSlice of the runtime's headless Service, with the
// labels of that Service.
func (p *pod) publish(ctx context.Context, serving bool) {
	GinkgoHelper()
	slice := &discoveryv1.EndpointSlice{}
	slice.Namespace, slice.Name = p.key.Namespace, p.slice()
	slice.Labels = map[string]string{
		discoveryv1.LabelServiceName: workload.ReplicasServiceName(p.key.Name),
		workload.LabelManagedBy:      workload.ManagedBy,
	}
	slice.AddressType = discoveryv1.AddressTypeIPv4
	slice.Ports = []discoveryv1.EndpointPort{{Name: ptr.To(workload.PortNameAdmin), Port: ptr.To(workload.PortAdmin), Protocol: ptr.To(corev1.ProtocolTCP)}}
	slice.Endpoints = []discoveryv1.Endpoint{{
		Addresses:  []string{p.address},
		TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: p.key.Namespace, Name: p.name()},
		Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(true), Serving: ptr.To(serving), Terminating: ptr.To(false)},
	}}
	if err := kube.Update(ctx, slice); client.IgnoreNotFound(err) == nil && err != nil {
		Expect(kube.Create(ctx, slice)).To(Succeed())
	} else if ctx.Err() == nil {
		Expect(err).NotTo(HaveOccurred())
	}
}

// slice is the name of the EndpointSlice that the pod is alone in.
func (p *pod) slice() string {
	return fmt.Sprintf("%s-%d", workload.ReplicasServiceName(p.key.Name), p.ordinal)
}

// vanish takes the pod out of the EndpointSlice, as when it is deleted.
func (p *pod) vanish(ctx context.Context) {
	GinkgoHelper()
	remove(ctx, &discoveryv1.EndpointSlice{}, p.key.Namespace, p.slice())
}

// crash ends the process of the replica, and nobody notices yet.
func (p *pod) crash() {
	GinkgoHelper()
	p.cancel()
	Expect(p.replica.Stop(context.Background())).To(Succeed())
}

// silence lets nothing answer at the address of the admin port any more, and
// tells of every connection that is made to it in vain.
func (p *pod) silence() <-chan struct{} {
	GinkgoHelper()
	l, err := stdnet.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(l.Close)
	asked := make(chan struct{}, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
			asked <- struct{}{}
		}
	}()
	net.route(p.admin(), l.Addr().String())
	return asked
}

// falter breaks the next connection to the admin port off, and that one alone. What
// it returns is closed then.
func (p *pod) falter() <-chan struct{} {
	GinkgoHelper()
	l, err := stdnet.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(l.Close)
	faltered := make(chan struct{})
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		net.route(p.admin(), p.replica.AdminAddr().String())
		_ = c.Close()
		close(faltered)
	}()
	net.route(p.admin(), l.Addr().String())
	return faltered
}

// restart runs the replica again on its volume, at the same address.
func (p *pod) restart(ctx context.Context) {
	GinkgoHelper()
	p.publish(ctx, false)
	p.start(ctx)
	p.watch()
}

// delete ends the pod for good.
func (p *pod) delete() {
	p.cancel()
	_ = p.replica.Stop(context.Background())
}

var configzAnswers = regexp.MustCompile(`pullmode_http_requests_total\{.*configz.*\} (\d+)`)

// asked is how often the replica has told what it serves, by its own count.
func (p *pod) asked() int {
	GinkgoHelper()
	res, err := http.Get("http://" + p.replica.MetricsAddr().String() + "/metrics")
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	found := configzAnswers.FindSubmatch(body)
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(string(found[1]))
	Expect(err).NotTo(HaveOccurred())
	return n
}
