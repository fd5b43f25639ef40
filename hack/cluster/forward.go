package cluster

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Forward is a way from this machine to a port of a service or a pod. A port-forward ends
// with the pod that it goes to; this one is begun again, on the same address, until
// it is closed.
type Forward struct {
	// URL is where the service answers, such as http://127.0.0.1:40123.
	URL  string
	stop func()
}

// Forward opens a way to a port of "service/NAME" or "pod/NAME", and waits until
// something answers there. Where this machine reaches it by itself, as it does on a
// node of our own, that is the way: a port-forward is one connection for everybody.
func (c *Cluster) Forward(ctx context.Context, target string, port int) (*Forward, error) {
	if url, ok := c.direct(ctx, target, port); ok {
		return &Forward{URL: url, stop: func() {}}, nil
	}
	local, err := freePort()
	if err != nil {
		return nil, err
	}
	living, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var ended sync.WaitGroup
	ended.Go(func() {
		for living.Err() == nil {
			// It complains when there is no pod at the moment: the next one comes.
			_ = c.command(living, "port-forward", "--address", "127.0.0.1", target, fmt.Sprintf("%d:%d", local, port)).Run()
			select {
			case <-living.Done():
			case <-time.After(200 * time.Millisecond):
			}
		}
	})
	f := &Forward{URL: fmt.Sprintf("http://127.0.0.1:%d", local), stop: func() { cancel(); ended.Wait() }}
	if err := f.await(ctx); err != nil {
		f.Close()
		return nil, fmt.Errorf("reach %s: %w", target, err)
	}
	return f, nil
}

// direct is the target's own address, if it answers.
func (c *Cluster) direct(ctx context.Context, target string, port int) (url string, ok bool) {
	// A service has the one, a pod the other.
	address, err := c.Run(ctx, "get", target, "--output", "jsonpath={.spec.clusterIP}{.status.podIP}")
	if err != nil || net.ParseIP(address) == nil {
		return "", false
	}
	f := &Forward{URL: "http://" + net.JoinHostPort(address, fmt.Sprint(port))}
	if !ownNode() {
		const patience = 2 * time.Second
		var cancel func()
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	return f.URL, f.await(ctx) == nil
}

// ownNode tells whether the cluster is a node of our own on this machine: its
// addresses are reached, however long that takes. Which way led to a cluster is noted
// beside its kubeconfig, see hack/localcluster/lib/cluster.sh.
func ownNode() bool {
	via, err := os.ReadFile(filepath.Join(filepath.Dir(os.Getenv("KUBECONFIG")), "via"))
	return err == nil && strings.TrimSpace(string(via)) == "node"
}

// await waits until HTTP is answered, with whatever status.
func (f *Forward) await(ctx context.Context) error {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL+"/", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			return response.Body.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Close ends the forward.
func (f *Forward) Close() { f.stop() }

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
