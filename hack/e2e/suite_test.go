//go:build e2e

// Package e2e holds the whole product to its word, on a real cluster: kubectl
// applies YAML, connectors post, agents listen.
package e2e

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/hack/cluster"
	"github.com/pullmode/operator/hack/story"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/issuer"
)

const namespace = "pullmode-e2e"

var (
	k     *cluster.Cluster
	stage story.Stage
)

func TestEndToEnd(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(2 * time.Minute)
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
	RunSpecs(t, "End to end")
}

// A namespace with config/samples in it, under the strictest Pod Security, as
// hack/demo shows it.
var _ = BeforeSuite(func(ctx context.Context) {
	var err error
	k, err = cluster.FromEnvironment(namespace)
	Expect(err).NotTo(HaveOccurred())
	_, err = k.Apply(ctx, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"`+namespace+`","labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`)
	Expect(err).NotTo(HaveOccurred())
	image := run(ctx, "--namespace", "pullmode-system", "get", "deployment", "--output", "jsonpath={.items[0].spec.template.spec.containers[0].image}")
	rendered := run(ctx, "kustomize", "../../config/samples/issuer")
	_, err = k.Apply(ctx, strings.ReplaceAll(rendered, "localhost/pullmode:dev", image))
	Expect(err).NotTo(HaveOccurred())
	run(ctx, "apply", "--server-side", "--force-conflicts", "--kustomize", "../../config/samples")
	run(ctx, "rollout", "status", "deployment/pullmode-issuer", "--timeout=120s")
	run(ctx, "wait", "--for=condition=Ready", "--timeout=180s", "routingruntime,mediaroutingdomain,worklist,channel,agentsubscription", "--all")
	var leave func()
	stage, leave, err = story.OnCluster(ctx, k, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(leave)
}, NodeTimeout(10*time.Minute))

var _ = AfterSuite(func(ctx context.Context) {
	if k == nil || os.Getenv("E2E_KEEP") != "" {
		return
	}
	run(ctx, "delete", "namespace", namespace, "--timeout=120s")
}, NodeTimeout(3*time.Minute))

// run runs kubectl, which has to succeed.
func run(ctx context.Context, args ...string) string {
	GinkgoHelper()
	out, err := k.Run(ctx, args...)
	Expect(err).NotTo(HaveOccurred())
	return out
}

// condition is what a condition of an object says: "True Programmed: message".
func condition(ctx context.Context, object, kind string) string {
	out, err := k.Run(ctx, "get", object, "--output", "json")
	if err != nil {
		return err.Error()
	}
	var o struct {
		Metadata struct{ Generation int64 }
		Status   struct {
			ObservedGeneration int64
			Conditions         []struct {
				Type, Status, Reason, Message string
				ObservedGeneration            int64
			}
		}
	}
	Expect(json.Unmarshal([]byte(out), &o)).To(Succeed())
	for _, c := range o.Status.Conditions {
		if c.Type == kind && c.ObservedGeneration == o.Metadata.Generation {
			return c.Status + " " + c.Reason + ": " + c.Message
		}
	}
	return "no condition of this generation"
}

// beTrue waits for a condition of the object's newest generation to be true.
func beTrue(ctx context.Context, object, kind string) {
	GinkgoHelper()
	Eventually(func() string { return condition(ctx, object, kind) }).Should(HavePrefix("True "))
}

func connector(channel, key string) *client.Connector {
	GinkgoHelper()
	c, err := client.NewConnector(stage.Runtime, channel, key, client.Options{Attempts: 30})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.CloseIdle)
	return c
}

func agent(ctx context.Context, name string, groups ...string) *client.Agent {
	GinkgoHelper()
	a, err := client.NewAgent(stage.Runtime, client.OAuth2(issuer.TokenSource(ctx, stage.Issuer, name, groups)), client.Options{Attempts: 30})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(a.CloseIdle)
	return a
}
