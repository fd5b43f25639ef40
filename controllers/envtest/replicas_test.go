package envtest_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

var _ = Describe("two replicas over one etcd", func() {
	It("are programmed through one, and it is told of each what it serves", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		one, two := startReplicas(ctx, ns)
		allReady(ctx, ns)
		served := func() (digests []string) {
			for _, r := range runtimeStatus(ctx, ns).Replicas {
				digests = append(digests, fmt.Sprintf("%s %t %s", r.Name, r.Ready, r.Digest))
			}
			return digests
		}
		digest := one.replica.Report().Digest
		Eventually(served).Should(Equal([]string{"main-0 true " + digest, "main-1 true " + digest}))

		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
		for _, p := range []*pod{one, two} {
			Expect(p.replica.Snapshot().Lists[0].Description).To(Equal("changed"), "True is of every one")
		}

		By("saying Unknown while one of them takes traffic and is silent, and which")
		two.silence()
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("Unknown/RuntimeUnreachable"))
		Expect(message(ctx, ns, "Worklist", "l1", "Programmed")).To(HavePrefix("Replica main-1 is ready, but"))
		Eventually(func() string { return runtimeStatus(ctx, ns).Replicas[1].Message }).Should(HavePrefix("Its admin port"))
		Expect(runtimeStatus(ctx, ns).Replicas[0].Message).To(BeEmpty())

		By("saying True of the other one, once that takes no traffic any more")
		two.publish(ctx, false)
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("False/NotReady"))
	})

	It("hold up nobody while one that hangs takes no traffic", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		one, two := startReplicas(ctx, ns)
		allReady(ctx, ns)
		two.cancel() // nobody says any more that it is ready
		two.publish(ctx, false)
		two.silence()
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
		Expect(one.replica.Snapshot().Lists[0].Description).To(Equal("changed"))
	})

	It("are handed a snapshot by whichever answers", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		one, two := startReplicas(ctx, ns)
		allReady(ctx, ns)
		// The first one tells what it serves, and cannot be handed anything.
		net.route(one.admin(), refusingPuts(ctx, one))
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
		Eventually(func() string { return two.replica.Snapshot().Lists[0].Description }).Should(Equal("changed"))
	})
})

// startReplicas starts the small namespace's runtime with two replicas over an
// etcd of its own.
func startReplicas(ctx context.Context, ns string) (one, two *pod) {
	GinkgoHelper()
	cluster := etcdtest.Start(GinkgoTB(), 1)
	endpoints := cluster.Endpoints()
	apply(ctx, ns, strings.Replace(everything, "{authentication:",
		fmt.Sprintf("{replicas: 2, storage: {etcd: {endpoints: [%q], insecureAllowHTTP: true}}, authentication:", endpoints[0]), 1))
	start := func(ordinal int) *pod {
		p := newPod(ns, "main")
		p.ordinal, p.data, p.etcd = ordinal, "", replica.Etcd{Endpoints: endpoints, Prefix: "/pullmode/" + ns + "/main/"}
		p.start(ctx)
		p.publish(ctx, false)
		p.watch()
		DeferCleanup(p.delete)
		return p
	}
	return start(0), start(1)
}
