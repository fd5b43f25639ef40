//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"os"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/hack/cluster"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/conformance"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/protocol"
)

// The suite in runtime/conformance, over the network: YAML goes through the API
// server and the operator, the runtime's pod is restarted by Kubernetes, and what
// it posts goes to another pod.
var _ = Describe("Conformance", func() {
	It("keeps every rule of pull-mode routing", func(ctx context.Context) {
		c := conformanceCluster(ctx)
		target, tokens := conformanceTarget(ctx, c)
		keep(ctx, target, conformance.Options{Patience: patience}, "R2")

		if os.Getenv("E2E_LONG") == "" {
			GinkgoWriter.Println("\nNOT TRIED HERE: R2 on a cluster. It takes the ten minutes for which a feed is kept; E2E_LONG=1 takes them.")
			return
		}
		By("waiting until history is gone: ten minutes at least, after the last restart")
		target.OldCursor = expired(ctx, target.URLs[0], tokens)
		keep(ctx, target, conformance.Options{Only: []string{"R2"}, Patience: patience})
	}, NodeTimeout(40*time.Minute))
})

// keep runs the suite; only what is named may be skipped.
func keep(ctx context.Context, target *conformance.Target, o conformance.Options, skipped ...string) {
	GinkgoHelper()
	o.Progress = func(r conformance.Result) {
		if r.Result != conformance.Passed {
			GinkgoWriter.Println(r.Result, r.Rule, r.Case, r.Detail)
		}
	}
	report, err := conformance.Run(ctx, target, o)
	Expect(err).NotTo(HaveOccurred())
	var table bytes.Buffer
	Expect(report.Table(&table)).To(Succeed())
	GinkgoWriter.Println(table.String())
	Expect(report.Broken()).To(BeEmpty())
	for _, r := range report.Results {
		if r.Result != conformance.Passed {
			Expect(skipped).To(ContainElement(r.Rule), r.Detail)
		}
	}
}

// conformanceCluster is a namespace of its own, with a runtime, an issuer and a
// receiver.
func conformanceCluster(ctx context.Context) *cluster.Cluster {
	GinkgoHelper()
	const namespace = "pullmode-conformance"
	c, err := cluster.FromEnvironment(namespace)
	Expect(err).NotTo(HaveOccurred())
	must := func(out string, err error) string {
		GinkgoHelper()
		Expect(err).NotTo(HaveOccurred())
		return out
	}
	must(c.Apply(ctx, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"`+namespace+`","labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`))
	DeferCleanup(func(ctx context.Context) {
		if os.Getenv("E2E_KEEP") == "" {
			must(c.Run(ctx, "delete", "namespace", namespace, within))
		}
	}, NodeTimeout(15*time.Minute))
	image := must(c.Run(ctx, "--namespace", "pullmode-system", "get", "deployment", "--output", "jsonpath={.items[0].spec.template.spec.containers[0].image}"))
	own := func(yaml string) string { return strings.ReplaceAll(yaml, "localhost/pullmode:dev", image) }
	must(c.Apply(ctx, own(must(c.Run(ctx, "kustomize", "../../config/samples/issuer")))))
	receiver, err := os.ReadFile("testdata/receiver.yaml")
	Expect(err).NotTo(HaveOccurred())
	must(c.Apply(ctx, own(string(receiver))))
	must(c.Run(ctx, "apply", "--server-side", "--filename", "../../config/samples/routingruntime.yaml"))
	for _, deployment := range []string{"pullmode-issuer", "conformance-receiver"} {
		must(c.Run(ctx, "rollout", "status", "deployment/"+deployment, within))
	}
	must(c.Run(ctx, "wait", "--for=condition=Ready", within, "routingruntime/main"))
	return c
}

// conformanceTarget is the runtime of that namespace, by the ways that its users
// have.
func conformanceTarget(ctx context.Context, c *cluster.Cluster) (*conformance.Target, func(ctx context.Context, name string, groups ...string) (string, error)) {
	GinkgoHelper()
	reach := func(service string) string {
		GinkgoHelper()
		f, err := c.Forward(ctx, "service/"+service, 80)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(f.Close)
		return f.URL
	}
	runtime, identity, receiver := reach("main"), reach("pullmode-issuer"), reach("conformance-receiver")
	tokens := func(ctx context.Context, name string, groups ...string) (string, error) {
		token, err := issuer.TokenSource(ctx, identity, name, groups).Token()
		if err != nil {
			return "", err
		}
		return token.AccessToken, nil
	}
	return &conformance.Target{
		URLs: []string{runtime}, Agent: tokens,
		Apply: func(ctx context.Context, yaml []byte) error {
			// Its own field manager: it adds to the RoutingRuntime that is there.
			_, err := c.Input(ctx, string(yaml), "apply", "--server-side", "--field-manager=conformance", "--force-conflicts", "--filename", "-")
			return err
		},
		Delete: func(ctx context.Context, yaml []byte) error {
			_, err := c.Input(ctx, string(yaml), "delete", "--ignore-not-found", "--filename", "-")
			return err
		},
		Restart: func(ctx context.Context) error {
			if _, err := c.Run(ctx, "rollout", "restart", "statefulset/main"); err != nil {
				return err
			}
			_, err := c.Run(ctx, "rollout", "status", "statefulset/main", within)
			return err
		},
		Receiver: conformance.Reach(receiver),
		Setting: conformance.Setting{
			RuntimeName: "main", Key: "key-of-the-conformance-suite", SigningKey: "signing-key-of-the-suite",
			ReceiverURL: "http://conformance-receiver",
		},
	}, tokens
}

// expired is a cursor that the runtime does not resume any more.
func expired(ctx context.Context, url string, tokens func(context.Context, string, ...string) (string, error)) string {
	GinkgoHelper()
	token, err := tokens(ctx, "waiting-for-r2", "conformance-collab-reps")
	Expect(err).NotTo(HaveOccurred())
	a, err := client.NewAgent(url, client.StaticToken(token), client.Options{Attempts: 30})
	Expect(err).NotTo(HaveOccurred())
	defer a.CloseIdle()
	first := func(cursor string) client.Event {
		GinkgoHelper()
		return begins(ctx, a, cursor)
	}
	old := first("").Cursor
	Expect(old).NotTo(BeEmpty())
	Eventually(func() protocol.EventType { return first(old).Type }).
		WithTimeout(15 * time.Minute).WithPolling(15 * time.Second).Should(Equal(protocol.EventGap))
	return old
}
