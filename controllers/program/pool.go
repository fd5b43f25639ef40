package program

import (
	"cmp"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Pool keeps one Client a runtime, so that connections outlive a reconcile. It
// is safe for concurrent use.
type Pool struct {
	// Dial is how its clients connect; nil for the usual way.
	Dial Dial
	// Patience is how long they wait for a replica; DefaultPatience by default.
	Patience time.Duration

	mu      sync.Mutex
	clients map[types.NamespacedName]pooled
}

type pooled struct {
	resourceVersion string
	client          *Client
}

// Client gives the client of a runtime with the credentials that the Secret
// holds: the one of last time, unless the Secret has changed since.
func (p *Pool) Client(runtime types.NamespacedName, secret *corev1.Secret, serverName string) (*Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, known := p.clients[runtime]
	if known && last.resourceVersion == secret.ResourceVersion {
		return last.client, nil
	}
	client, err := newClient(Credentials{
		Authorities: secret.Data["ca.crt"],
		Certificate: secret.Data[corev1.TLSCertKey],
		Key:         secret.Data[corev1.TLSPrivateKeyKey],
		ServerName:  serverName,
	}, p.Dial, cmp.Or(p.Patience, DefaultPatience))
	if err != nil {
		return nil, fmt.Errorf("read Secret %s: %w", secret.Name, err)
	}
	if known {
		last.client.Close()
	}
	if p.clients == nil {
		p.clients = map[types.NamespacedName]pooled{}
	}
	p.clients[runtime] = pooled{secret.ResourceVersion, client}
	return client, nil
}

// Keep forgets the clients of a namespace but the one of the named runtime; with
// an empty name, all of them.
func (p *Pool) Keep(namespace, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for runtime, last := range p.clients {
		if runtime.Namespace == namespace && runtime.Name != name {
			last.client.Close()
			delete(p.clients, runtime)
		}
	}
}
