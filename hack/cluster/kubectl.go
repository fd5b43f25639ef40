// Package cluster is what the demo, the end-to-end suite and the benchmarks need
// of a Kubernetes cluster: kubectl, as a user has it, and a way in.
package cluster

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Cluster is the cluster that KUBECONFIG names.
type Cluster struct {
	// Kubectl is the program; its version is the cluster's where the caller can
	// choose.
	Kubectl string
	// Namespace is where commands work.
	Namespace string
}

// FromEnvironment finds the cluster: KUBECONFIG must name it, KUBECTL may name the
// program.
func FromEnvironment(namespace string) (*Cluster, error) {
	if os.Getenv("KUBECONFIG") == "" {
		return nil, fmt.Errorf("KUBECONFIG is not set: bring a cluster up with hack/localcluster/up.sh and set it to the path that it prints")
	}
	kubectl := os.Getenv("KUBECTL")
	if kubectl == "" {
		kubectl = "kubectl"
	}
	return &Cluster{Kubectl: kubectl, Namespace: namespace}, nil
}

func (c *Cluster) command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, c.Kubectl, append([]string{"--namespace", c.Namespace}, args...)...)
}

// Run runs kubectl and gives what it prints. An error holds what it complained of.
func (c *Cluster) Run(ctx context.Context, args ...string) (string, error) {
	return c.run(c.command(ctx, args...))
}

// Apply applies YAML.
func (c *Cluster) Apply(ctx context.Context, yaml string) (string, error) {
	return c.Input(ctx, yaml, "apply", "--server-side", "--filename", "-")
}

// Input is Run with something for kubectl to read.
func (c *Cluster) Input(ctx context.Context, input string, args ...string) (string, error) {
	cmd := c.command(ctx, args...)
	cmd.Stdin = strings.NewReader(input)
	return c.run(cmd)
}

func (c *Cluster) run(cmd *exec.Cmd) (string, error) {
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("kubectl %s: %w: %s", strings.Join(cmd.Args[3:], " "), err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSpace(out.String()), nil
}
