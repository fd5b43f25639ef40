package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/controllers/workload"
	"github.com/pullmode/operator/runtime/replica"
)

// pod stands in for what a StatefulSet controller and a kubelet do for the one replica
// of a runtime: it runs the real replica with the files that the pod would have
// mounted, publishes its address and whether it is ready, and starts it again when it
// ends.
type pod struct {
	*site
	runtime, address, data, tls string
	// api is where agents and connectors reach it: a port of its own each time it
	// starts, since the last one may be somebody else's by then.
	api atomic.Value
}

func (p *pod) url() string { return "http://" + p.api.Load().(string) }

// startPod runs the replica of a runtime until the test ends.
func (s *site) startPod(runtime string) *pod {
	s.t.Helper()
	p := &pod{site: s, runtime: runtime, address: s.net.address(), data: s.t.TempDir(), tls: s.t.TempDir()}
	var secret corev1.Secret
	s.eventually(func() error {
		return s.kube.Get(s.t.Context(), types.NamespacedName{Namespace: s.namespace, Name: workload.ServerSecretName(runtime)}, &secret)
	})
	for name, content := range secret.Data {
		s.must(os.WriteFile(filepath.Join(p.tls, name), content, 0o600))
	}
	first, err := p.start()
	s.must(err)
	s.must(p.publish(s.t.Context(), false))
	life, end := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.run(life, first)
	}()
	s.t.Cleanup(func() {
		end()
		<-ended
	})
	return p
}

func (p *pod) start() (*replica.Replica, error) {
	r, err := replica.Start(context.Background(), replica.Options{
		Name: p.runtime + "-0", DataDir: p.data, Addr: "127.0.0.1:0", AdminAddr: "127.0.0.1:0", AdminTLSDir: p.tls,
		SilentAfter: time.Hour, AllowLoopback: true, DrainTimeout: time.Second, Version: "test", Log: slog.New(slog.DiscardHandler),
	})
	if err == nil {
		p.api.Store(r.Addr().String())
		p.net.route(fmt.Sprintf("%s:%d", p.address, workload.PortAdmin), r.AdminAddr().String())
	}
	return r, err
}

// run keeps the replica running, and publishes whether it is ready.
func (p *pod) run(ctx context.Context, r *replica.Replica) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	published := false
	done := waiting(r)
	for {
		select {
		case <-ctx.Done():
			_ = r.Stop(context.Background())
			return
		case <-done:
			_ = p.publish(ctx, false)
			next, err := p.start()
			if err != nil {
				p.t.Errorf("start the replica again: %v", err)
				return
			}
			r, done, published = next, waiting(next), false
		case <-tick.C:
			if now := r.Ready() == nil; now != published && p.publish(ctx, now) == nil {
				published = now
			}
		}
	}
}

// waiting is closed when the replica has ended.
func waiting(r *replica.Replica) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		_ = r.Wait() // it is told by how it starts again
		close(done)
	}()
	return done
}

// publish writes the EndpointSlice of the runtime's headless Service.
func (p *pod) publish(ctx context.Context, serving bool) error {
	slice := &discoveryv1.EndpointSlice{}
	slice.Namespace, slice.Name = p.namespace, workload.ReplicasServiceName(p.runtime)+"-x"
	slice.Labels = map[string]string{
		discoveryv1.LabelServiceName: workload.ReplicasServiceName(p.runtime),
		workload.LabelManagedBy:      workload.ManagedBy,
	}
	slice.AddressType = discoveryv1.AddressTypeIPv4
	slice.Ports = []discoveryv1.EndpointPort{{Name: ptr.To(workload.PortNameAdmin), Port: ptr.To(workload.PortAdmin), Protocol: ptr.To(corev1.ProtocolTCP)}}
	slice.Endpoints = []discoveryv1.Endpoint{{
		Addresses:  []string{p.address},
		TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: p.namespace, Name: p.runtime + "-0"},
		Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(true), Serving: ptr.To(serving), Terminating: ptr.To(false)},
	}}
	err := p.kube.Update(ctx, slice)
	if err != nil && client.IgnoreNotFound(err) == nil {
		return p.kube.Create(ctx, slice)
	}
	return err
}
