package envtest_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/operator"
)

var _ = Describe("a namespace in which nothing changes", func() {
	It("is asked about, and nothing is written or programmed, also over a restart", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op := startOperator(nil, ns)
		// One of each kind that is right, one that is not, and one RoutingRuntime too many.
		apply(ctx, ns, everything+"---"+`
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: broken}
spec: {type: FACEBOOK, serviceIdentifier: other, listRef: {name: missing}, secretRef: {name: missing}}
`)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: second}
spec: {authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}}
`)
		Eventually(condition(ctx, ns, "Channel", "broken", "Ready")).Should(HavePrefix("False/"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "second", "Ready")).Should(Equal("False/Conflict"))
		// What is under way is over when a whole interval passes without a write.
		settled := func(op *running) {
			Eventually(func() []string {
				op.writes.reset()
				return afterDrifts(p, 2, op.writes.seen)
			}).Should(BeEmpty())
		}
		settled(op)
		sequence := p.replica.Report().Sequence

		op.writes.reset()
		Expect(afterDrifts(p, 6, op.writes.seen)).To(BeEmpty())
		Expect(p.replica.Report().Sequence).To(Equal(sequence))

		op.stop()
		op = startOperator(nil, ns)
		Expect(afterDrifts(p, 4, op.writes.seen)).To(BeEmpty())
		Expect(p.replica.Report().Sequence).To(Equal(sequence))
	})

	It("is quiet also while much is wrong with it", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		theirs := &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}
		theirs.Namespace, theirs.Name = ns, "main-replicas"
		Expect(kube.Create(ctx, theirs)).To(Succeed())
		op := startOperator(nil, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		post(ctx, p)
		n := ahead(ctx, p)
		n.write("subscriptions", "agents", 2, "role", "Visitor")
		remove(ctx, &v1alpha1.Worklist{}, ns, "l1")
		apply(ctx, ns, strings.Replace(theRuntime, "{authentication", "{tls: {secretRef: {name: missing}}, authentication", 1)+
			"---"+strings.Replace(theSubscription, "[alice]", "[alice, bob]", 1))

		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Draining")).Should(Equal("True/ListsDraining"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "ResolvedRefs")).Should(Equal("False/SecretNotFound"))
		Eventually(condition(ctx, ns, "AgentSubscription", "agents", "Ready")).Should(Equal("False/Rejected"))
		Eventually(func() string { return message(ctx, ns, "RoutingRuntime", "main", "Degraded") }).Should(And(
			ContainSubstring("Service main-replicas exists already"), ContainSubstring("No Secret missing exists"),
		))
		Eventually(func() []string {
			op.writes.reset()
			return afterDrifts(p, 2, op.writes.seen)
		}).Should(BeEmpty())
		puts := n.puts.Load()
		Expect(afterDrifts(p, 4, op.writes.seen)).To(BeEmpty())
		Expect(n.puts.Load()).To(Equal(puts))

		op.stop()
		op = startOperator(nil, ns)
		Expect(afterDrifts(p, 4, op.writes.seen)).To(BeEmpty())
	})

	It("is written to by the leader alone, and the next one goes on where it was", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		elect := func(o *operator.Options) { o.LeaderElect, o.Namespace = true, ns }
		leader := startOperator(elect, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		standby := startOperator(elect, ns)
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
		Expect(standby.writes.seen()).To(BeEmpty())

		leader.stop()
		apply(ctx, ns, theList+"  description: changed again\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
		Expect(standby.writes.seen()).NotTo(BeEmpty())
		Expect(p.replica.Snapshot().Lists[0].Description).To(Equal("changed again"))
	})
})

// afterDrifts looks at something once the operator has asked the replica so many
// times again what it serves: the replica counts its own answers.
func afterDrifts[T any](p *pod, times int, look func() T) T {
	GinkgoHelper()
	from := p.asked()
	Eventually(func() int { return p.asked() - from }).Should(BeNumerically(">=", times))
	return look()
}
