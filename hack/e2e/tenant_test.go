//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/hack/cluster"
	"github.com/pullmode/operator/hack/story"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/issuer"
)

// tenant is a namespace with config/samples in it and a runtime of its own.
type tenant struct {
	*cluster.Cluster
	stage story.Stage
	https *http.Client // where the runtime speaks TLS
}

// kinds are all of ours, as kubectl takes them.
const kinds = "routingruntime,mediaroutingdomain,worklist,channel,agentsubscription"

// newTenant makes a namespace for a spec that breaks something, and waits until it
// is served. Its agents sign in with the issuer of the suite's own namespace. The
// samples are changed as edits say: pairs of an old text and a new one.
func newTenant(ctx context.Context, name string, edits ...string) *tenant {
	GinkgoHelper()
	t := emptyTenant(ctx, name)
	t.samples(ctx, edits...)
	t.settled(ctx)
	t.open(ctx)
	return t
}

// emptyTenant is the namespace alone, under the strictest Pod Security. It goes
// with the spec, unless that failed and E2E_KEEP wants to look at it.
func emptyTenant(ctx context.Context, name string) *tenant {
	GinkgoHelper()
	c, err := cluster.FromEnvironment(namespace + "-" + name)
	Expect(err).NotTo(HaveOccurred())
	t := &tenant{Cluster: c}
	t.run(ctx, "delete", "namespace", c.Namespace, "--ignore-not-found", within) // what an earlier run has kept
	t.apply(ctx, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"`+c.Namespace+`","labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`)
	DeferCleanup(func(ctx context.Context) {
		if os.Getenv("E2E_KEEP") == "" || !CurrentSpecReport().Failed() {
			t.run(ctx, "delete", "namespace", c.Namespace, "--ignore-not-found", "--wait=false")
		}
	})
	return t
}

// samples applies config/samples. Tokens name their issuer as it is called in the
// namespace of the runtime: here that is another name for the suite's own.
func (t *tenant) samples(ctx context.Context, edits ...string) {
	GinkgoHelper()
	t.apply(ctx, `
apiVersion: v1
kind: Service
metadata: {name: pullmode-issuer}
spec: {type: ExternalName, externalName: pullmode-issuer.`+namespace+`.svc.cluster.local}
---
`+strings.NewReplacer(edits...).Replace(t.run(ctx, "kustomize", "../../config/samples")))
}

// settled waits until everything in the namespace is Ready.
func (t *tenant) settled(ctx context.Context) {
	GinkgoHelper()
	t.run(ctx, "wait", "--for=condition=Ready", within, kinds, "--all")
}

// open finds the way in for connectors and agents.
func (t *tenant) open(ctx context.Context) {
	GinkgoHelper()
	t.stage = stage
	t.stage.Runtime = t.reach(ctx, "service/main", 80)
}

// reach is a way to a port of a service or pod, for as long as the spec lasts.
func (t *tenant) reach(ctx context.Context, target string, port int) string {
	GinkgoHelper()
	f, err := t.Forward(ctx, target, port)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(f.Close)
	return f.URL
}

// run runs kubectl, which has to succeed.
func (t *tenant) run(ctx context.Context, args ...string) string {
	GinkgoHelper()
	out, err := t.Run(ctx, args...)
	Expect(err).NotTo(HaveOccurred())
	return out
}

func (t *tenant) apply(ctx context.Context, yaml string) {
	GinkgoHelper()
	_, err := t.Apply(ctx, yaml)
	Expect(err).NotTo(HaveOccurred())
}

// patch merges JSON into an object.
func (t *tenant) patch(ctx context.Context, object, json string) {
	GinkgoHelper()
	t.run(ctx, "patch", object, "--type=merge", "--patch", json)
}

// field is what a JSONPath finds in an object now; empty when there is nothing.
func (t *tenant) field(ctx context.Context, object, path string) string {
	out, err := t.Run(ctx, "get", object, "--output", "jsonpath="+path)
	if err != nil {
		return err.Error()
	}
	return out
}

// condition is what a condition of an object says: "True Programmed: message".
func (t *tenant) condition(ctx context.Context, object, kind string) string {
	out, err := t.Run(ctx, "get", object, "--output", "json")
	if err != nil {
		return err.Error()
	}
	var o conditioned
	Expect(json.Unmarshal([]byte(out), &o)).To(Succeed())
	return o.says(kind)
}

// conditioned is what all of our kinds have in common.
type conditioned struct {
	Metadata struct{ Generation int64 }
	Status   struct {
		Conditions []struct {
			Type, Status, Reason, Message string
			ObservedGeneration            int64
		}
	}
}

func (o conditioned) says(kind string) string {
	for _, c := range o.Status.Conditions {
		if c.Type == kind && c.ObservedGeneration == o.Metadata.Generation {
			return c.Status + " " + c.Reason + ": " + c.Message
		}
	}
	return "no condition of this generation"
}

// beTrue waits for a condition of the object's newest generation to be true.
func (t *tenant) beTrue(ctx context.Context, object, kind string) {
	GinkgoHelper()
	Eventually(func() string { return t.condition(ctx, object, kind) }).Should(HavePrefix("True "))
}

func (t *tenant) connector(channel, key string) *client.Connector {
	GinkgoHelper()
	c, err := client.NewConnector(t.stage.Runtime, channel, key, client.Options{Attempts: 30, HTTP: t.https})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.CloseIdle)
	return c
}

func (t *tenant) agent(ctx context.Context, name string, groups ...string) *client.Agent {
	GinkgoHelper()
	return t.agentOver(ctx, client.SSE, name, groups...)
}

func (t *tenant) agentOver(ctx context.Context, binding client.Binding, name string, groups ...string) *client.Agent {
	GinkgoHelper()
	tokens := client.OAuth2(issuer.TokenSource(ctx, t.stage.Issuer, name, groups))
	a, err := client.NewAgent(t.stage.Runtime, tokens, client.Options{Attempts: 30, HTTP: t.https, Binding: binding})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(a.CloseIdle)
	return a
}
