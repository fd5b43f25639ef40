package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/controllers/program"
)

// port is the admin port of a replica.
type port struct {
	*cluster.Admin
	access  *cluster.Access
	runtime *v1alpha1.RoutingRuntime
	replica program.Target
}

// open opens the admin port of the namespace's runtime, at a replica that is ready.
func (p *platform) open(ctx context.Context, name string) (*port, error) {
	port, err := p.reach(ctx, name, func(*v1alpha1.RoutingRuntime) error { return nil })
	if err != nil {
		return nil, err
	}
	if port.replica, err = port.Ready(); err != nil {
		port.Close()
		return nil, err
	}
	return port, nil
}

// reach finds a runtime that will do, and the way to its replicas: which of them it
// is to be, is still open.
func (p *platform) reach(ctx context.Context, name string, willDo func(*v1alpha1.RoutingRuntime) error) (*port, error) {
	access, err := p.flags.Access()
	if err != nil {
		return nil, err
	}
	rt, err := access.Runtime(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := willDo(rt); err != nil {
		return nil, err
	}
	admin, err := access.Admin(ctx, rt)
	if err != nil {
		return nil, err
	}
	return &port{Admin: admin, access: access, runtime: rt}, nil
}

// call makes one call, and reads its answer. What is said with it may be nil.
func call[T any](ctx context.Context, p *port, method, resource string, say any) (answer T, err error) {
	var body io.Reader = http.NoBody
	header := http.Header{}
	if say != nil {
		text, err := json.Marshal(say)
		if err != nil {
			return answer, err
		}
		body = bytes.NewReader(text)
		header.Set("Content-Type", "application/json")
		header.Set("Idempotency-Key", rand.Text()) // so that it can be repeated where its answer was lost
	}
	res, err := p.Do(ctx, method, p.replica, resource, header, body)
	if err != nil {
		return answer, err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return answer, fmt.Errorf("replica %s answers what cannot be read: %w", p.replica.Name, err)
	}
	return answer, nil
}
