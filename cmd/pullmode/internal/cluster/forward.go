package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// promptly dials a pod's own address, and soon gives up.
func promptly(ctx context.Context, network, address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: directPatience}).DialContext(ctx, network, address)
}

// forwards keeps a port-forward to every pod that is dialled. One ends with its pod
// and, in some versions of the kubelet, with its first failed connection: it is then
// begun again.
type forwards struct {
	access *Access
	podAt  func(address string) string

	mu     sync.Mutex
	by     map[string]*forward // by the address of the pod
	failed map[string]error
}

// forward is one port-forward.
type forward struct {
	local string
	stop  context.CancelFunc
	done  chan struct{}
}

func newForwards(a *Access, podAt func(string) string) *forwards {
	return &forwards{access: a, podAt: podAt, by: map[string]*forward{}, failed: map[string]error{}}
}

// dial connects to the address of a pod through a port-forward.
func (f *forwards) dial(ctx context.Context, network, address string) (net.Conn, error) {
	one, err := f.open(ctx, address)
	if err != nil {
		return nil, err
	}
	return new(net.Dialer).DialContext(ctx, network, one.local)
}

// open gives the port-forward to a pod, and begins it where there is none.
func (f *forwards) open(ctx context.Context, address string) (*forward, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one := f.by[address]; one != nil && !one.ended() {
		return one, nil
	}
	one, err := f.begin(ctx, address)
	f.failed[address] = err
	if err != nil {
		return nil, err
	}
	f.by[address] = one
	return one, nil
}

func (f *forward) ended() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

func (f *forwards) begin(ctx context.Context, address string) (*forward, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	pod := f.podAt(address)
	dialer, err := f.access.tunnel(pod)
	if err != nil {
		return nil, err
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	ready := make(chan struct{})
	forwarder, err := portforward.NewOnAddressesForStreamingWithContext(life, dialer, []string{"127.0.0.1"}, []string{"0:" + port}, ready, io.Discard, io.Discard)
	if err != nil {
		stop()
		return nil, err
	}
	one := &forward{stop: stop, done: make(chan struct{})}
	var failure error
	go func() {
		failure = forwarder.ForwardPorts()
		close(one.done)
	}()
	select {
	case <-ready:
	case <-one.done:
		stop()
		return nil, f.access.unforwarded(pod, failure)
	case <-ctx.Done():
		stop()
		return nil, ctx.Err()
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		stop()
		return nil, err
	}
	one.local = net.JoinHostPort("127.0.0.1", strconv.Itoa(int(ports[0].Local)))
	return one, nil
}

// tunnel is the way to a pod through the API server: WebSocket, and SPDY where that
// is not understood.
func (a *Access) tunnel(pod string) (httpstream.Dialer, error) {
	set, err := kubernetes.NewForConfig(a.Config)
	if err != nil {
		return nil, err
	}
	url := set.CoreV1().RESTClient().Post().Resource("pods").Namespace(a.Namespace).Name(pod).SubResource("portforward").URL()
	transport, upgrader, err := spdy.RoundTripperFor(a.Config)
	if err != nil {
		return nil, err
	}
	old := spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, url)
	modern, err := portforward.NewSPDYOverWebsocketDialerForStreaming(url, a.Config)
	if err != nil {
		return nil, err
	}
	return portforward.NewFallbackDialerForStreaming(modern, old, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	}), nil
}

// unforwarded says why there is no port-forward.
func (a *Access) unforwarded(pod string, err error) error {
	next := fmt.Sprintf("try: kubectl -n %s port-forward pod/%s :8443", a.Namespace, pod)
	switch {
	case err == nil:
		err = errors.New("it ended at once")
	case apierrors.IsForbidden(err):
		return &Problem{
			What: fmt.Sprintf("you may not forward a port of pod %s, and its address is not to be reached from here", pod),
			Next: fmt.Sprintf("try: kubectl -n %s auth can-i create pods/portforward", a.Namespace),
		}
	}
	return &Problem{What: fmt.Sprintf("pod %s is not to be reached, neither at its address nor through a port-forward: %v", pod, err), Next: next}
}

// problem is why the last port-forward to an address did not begin; nil when it did.
func (f *forwards) problem(address string) error {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var p *Problem
	if errors.As(f.failed[address], &p) {
		return p
	}
	return nil
}

func (f *forwards) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range f.by {
		one.stop()
		<-one.done
	}
	clear(f.by)
}
