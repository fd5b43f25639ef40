//go:build e2e

// Package e2e holds the whole product to its word, on a real cluster: kubectl
// applies YAML, connectors post, agents listen.
package e2e

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/hack/cluster"
	"github.com/pullmode/operator/hack/story"
	"github.com/pullmode/operator/runtime/client"
)

const namespace = "pullmode-e2e"

// patience is how long a fact may take to come about, on a machine that has a lot
// else to do. kubectl has as long: see within. Nothing is measured by it.
const patience = 4 * time.Minute

// within is patience, as kubectl takes it.
const within = "--timeout=240s"

// The suite's own namespace, which most specs share, and what is played in it.
var (
	k     *tenant
	stage story.Stage
)

func TestEndToEnd(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
	RunSpecs(t, "End to end")
}

// A namespace with config/samples in it, under the strictest Pod Security, as
// hack/demo shows it.
var _ = BeforeSuite(func(ctx context.Context) {
	c, err := cluster.FromEnvironment(namespace)
	Expect(err).NotTo(HaveOccurred())
	k = &tenant{Cluster: c}
	k.apply(ctx, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"`+namespace+`","labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`)
	image := run(ctx, "--namespace", "pullmode-system", "get", "deployment", "--output", "jsonpath={.items[0].spec.template.spec.containers[0].image}")
	rendered := run(ctx, "kustomize", "../../config/samples/issuer")
	k.apply(ctx, strings.ReplaceAll(rendered, "localhost/pullmode:dev", image))
	run(ctx, "apply", "--server-side", "--force-conflicts", "--kustomize", "../../config/samples")
	run(ctx, "rollout", "status", "deployment/pullmode-issuer", within)
	k.settled(ctx)
	var leave func()
	stage, leave, err = story.OnCluster(ctx, k.Cluster, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	k.stage = stage
	DeferCleanup(leave)
}, NodeTimeout(15*time.Minute))

var _ = AfterSuite(func(ctx context.Context) {
	if k == nil || os.Getenv("E2E_KEEP") != "" {
		return
	}
	run(ctx, "delete", "namespace", namespace, within)
}, NodeTimeout(15*time.Minute))

// What follows is in the suite's own namespace; see tenant.

func run(ctx context.Context, args ...string) string {
	GinkgoHelper()
	return k.run(ctx, args...)
}

func condition(ctx context.Context, object, kind string) string {
	return k.condition(ctx, object, kind)
}

func beTrue(ctx context.Context, object, kind string) {
	GinkgoHelper()
	k.beTrue(ctx, object, kind)
}

func connector(channel, key string) *client.Connector {
	GinkgoHelper()
	return k.connector(channel, key)
}

func agent(ctx context.Context, name string, groups ...string) *client.Agent {
	GinkgoHelper()
	return k.agent(ctx, name, groups...)
}
