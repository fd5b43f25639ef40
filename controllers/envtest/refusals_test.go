package envtest_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/controllers/operator"
	"github.com/pullmode/operator/runtime/snapshot"
)

const anotherList = `
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l2, labels: {team: social}}
spec: {displayName: L2}
`

var _ = Describe("when the runtime refuses an object", func() {
	It("serves its last form, says why on it, and programs everything else", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op := startOperator(nil, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		n := ahead(ctx, p)
		n.write("lists", "l1", 2, "colour", "red")

		apply(ctx, ns, theList+"  description: changed\n---"+anotherList)
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("False/Rejected"))
		Eventually(condition(ctx, ns, "Worklist", "l2", "Ready")).Should(Equal("True/Ready"))
		Expect(message(ctx, ns, "Worklist", "l1", "Ready")).To(Equal(
			`The runtime refused it (the runtime does not know the field lists[].colour: it is version test; use a newer image, or leave the field out): ` +
				`change it, or update the runtime; until then it is served as in generation 1.`))
		s, _ := status(ctx, ns, "Worklist", "l1")
		Expect(s.ProgrammedGeneration).To(Equal(int64(1)))
		for kind, name := range kinds {
			if kind != "Worklist" {
				Eventually(condition(ctx, ns, kind, name, "Ready")).Should(Equal("True/Ready"), kind)
			}
		}
		Expect(listsOf(p)).To(HaveLen(2))
		Expect(p.replica.Snapshot().Lists[0].Description).To(BeEmpty())

		By("neither writing nor programming while nothing changes")
		Eventually(func() []string {
			op.writes.reset()
			return afterDrifts(p, 2, op.writes.seen)
		}).Should(BeEmpty())
		puts := n.puts.Load()
		afterDrifts(p, 4, op.writes.seen)
		Expect(n.puts.Load()).To(Equal(puts))

		By("asking once more after a restart, and writing nothing")
		op.stop()
		op = startOperator(nil, ns)
		Expect(afterDrifts(p, 4, op.writes.seen)).To(BeEmpty())
		Expect(n.puts.Load()).To(Equal(puts + 1))

		By("serving the next generation, which the runtime takes")
		apply(ctx, ns, theList+"  description: corrected\n")
		allReady(ctx, ns)
		Expect(p.replica.Snapshot().Lists[0].Description).To(Equal("corrected"))
	})

	It("leaves out what it never took, and what depends on that says so", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, theRuntime)
		p := startPod(ctx, ns, "main")
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("True/Ready"))
		n := ahead(ctx, p)
		n.write("lists", "l1", 1, "closePolicy", "Team")
		n.write("subscriptions", "agents", 1, "role", "Visitor")

		apply(ctx, ns, theDomain+"---"+anotherList+"---"+theList+"---"+theSecret+"---"+theChannel+"---"+theSubscription)
		Eventually(condition(ctx, ns, "Worklist", "l1", "Ready")).Should(Equal("False/Rejected"))
		Eventually(condition(ctx, ns, "AgentSubscription", "agents", "Ready")).Should(Equal("False/Rejected"))
		Expect(message(ctx, ns, "AgentSubscription", "agents", "Ready")).To(HaveSuffix("until then it is not served."))
		Eventually(condition(ctx, ns, "Channel", "page", "Ready")).Should(Equal("False/ReferenceNotAccepted"))
		for kind, name := range map[string]string{"Worklist": "l2", "MediaRoutingDomain": "social", "RoutingRuntime": "main"} {
			Eventually(condition(ctx, ns, kind, name, "Ready")).Should(HavePrefix("True/"), kind)
		}
		Expect(listsOf(p)).To(ConsistOf("l2"))
		Expect(p.replica.Snapshot().Subscriptions).To(BeEmpty())
	})

	It("offers it again when the runtime is another version", func(ctx SpecContext) {
		ns, p := served(ctx)
		n := ahead(ctx, p)
		n.write("lists", "l1", 2, "closePolicy", "Team")
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("False/Rejected"))

		p.publish(ctx, false)
		p.crash()
		p.version = "next"
		p.restart(ctx) // and nothing changes its snapshots any more
		allReady(ctx, ns)
		Expect(p.replica.Snapshot().Lists[0].Description).To(Equal("changed"))
	})

	It("offers it again after a while", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		later := &clock{}
		op := startOperator(func(o *operator.Options) { o.Now = later.now }, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		n := ahead(ctx, p)
		n.write("lists", "l1", 2, "closePolicy", "Team")
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("False/Rejected"))
		puts := n.puts.Load()
		Eventually(func() []string {
			op.writes.reset()
			return afterDrifts(p, 2, op.writes.seen)
		}).Should(BeEmpty())

		later.advance(10 * time.Minute)
		Eventually(n.puts.Load).Should(Equal(puts + 1))
		Expect(afterDrifts(p, 4, op.writes.seen)).To(BeEmpty(), "it says the same")
		Expect(n.puts.Load()).To(Equal(puts + 1))

		net.route(p.admin(), p.replica.AdminAddr().String())
		later.advance(10 * time.Minute)
		allReady(ctx, ns)
	})

	It("stays on the last good snapshot where what it names cannot be left out", func(ctx SpecContext) {
		ns, p := served(ctx)
		sequence := p.replica.Report().Sequence
		net.route(p.admin(), refusing(ctx, p, snapshot.Problem{Kind: snapshot.KindRuntime, Name: "main", Message: "not known here"}))

		apply(ctx, ns, anotherList)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Programmed")).Should(Equal("False/Rejected"))
		Eventually(condition(ctx, ns, "Worklist", "l2", "Programmed")).Should(Equal("False/Pending"))
		Expect(condition(ctx, ns, "Channel", "page", "Ready")()).To(Equal("True/Ready"), "it did not change")
		Expect(p.replica.Ready()).To(Succeed())
		Expect(p.replica.Report().Sequence).To(Equal(sequence))
	})
})

// listsOf names the lists that a replica serves.
func listsOf(p *pod) (names []string) {
	for _, l := range p.replica.Snapshot().Lists {
		names = append(names, l.Name)
	}
	return names
}
