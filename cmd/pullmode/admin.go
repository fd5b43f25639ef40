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

// port is the admin port of a replica that is ready.
type port struct {
	*cluster.Admin
	access  *cluster.Access
	runtime *v1alpha1.RoutingRuntime
	replica program.Target
}

// open opens the admin port of the namespace's runtime.
func (p *platform) open(ctx context.Context, name string) (*port, error) {
	access, err := p.flags.Access()
	if err != nil {
		return nil, err
	}
	rt, err := access.Runtime(ctx, name)
	if err != nil {
		return nil, err
	}
	admin, err := access.Admin(ctx, rt)
	if err != nil {
		return nil, err
	}
	replica, err := admin.Ready()
	if err != nil {
		admin.Close()
		return nil, err
	}
	return &port{Admin: admin, access: access, runtime: rt, replica: replica}, nil
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
