package envtest_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/operator"
	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/snapshot"
)

var _ = Describe("from YAML to what is served", func() {
	It("says Ready of everything once the runtime serves it", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)

		served := p.replica.Snapshot()
		Expect(served.Lists).To(HaveLen(1))
		Expect(served.Channels).To(HaveLen(1))
		Expect(served.Channels[0].List).To(Equal("l1"))
		Expect(served.Channels[0].KeyHashes).To(ConsistOf(auth.HashKey("a-key-of-the-connector")))
		Expect(served.Subscriptions[0].Lists).To(ConsistOf("l1"))

		report := p.replica.Report()
		rt := runtimeStatus(ctx, ns)
		Expect(rt.Snapshot).To(Equal(&v1alpha1.SnapshotStatus{Sequence: report.Sequence, Digest: report.Digest}))
		Expect(rt.Replicas).To(Equal([]v1alpha1.ReplicaStatus{{Name: "main-0", Ready: true, Digest: report.Digest, Sequence: report.Sequence}}))
		Expect(rt.OpenRequests).To(HaveValue(BeZero()), "and not missing: a column of kubectl get shows it")
		Expect(rt.Address).To(Equal("http://main." + ns + ".svc"))
		Expect(rt.ProgrammedGeneration).To(Equal(int64(1)))
	})

	It("says that nothing serves a namespace without a RoutingRuntime", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, theList)
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("False/NoRuntime"))
		Expect(message(ctx, ns, "Worklist", "l1", "Ready")).To(ContainSubstring("create a RoutingRuntime"))
	})

	It("follows a change, one snapshot for a burst of them", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op := startOperator(eventsOnly, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		before := p.replica.Report().Sequence
		op.stop()
		// What is a burst goes by the hold-off: this machine makes three changes in one.
		startOperator(func(o *operator.Options) { o.HoldOff, o.DriftInterval = 5*time.Second, time.Hour }, ns)

		apply(ctx, ns, theList+"  description: changed\n---"+`
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l2}
spec: {displayName: L2}
---
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l3}
spec: {displayName: L3}
`)
		Eventually(condition(ctx, ns, "Worklist", "l3", "Programmed")).Should(Equal("True/Programmed"))
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
		Expect(p.replica.Report().Sequence - before).To(BeNumerically("<=", 2))
	})

	It("programs a replica that takes a while to start", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, everything)
		p := newPod(ns, "main")
		asked := p.silence()
		p.publish(ctx, false)
		Eventually(asked).Should(Receive())
		p.start(ctx)
		p.watch()
		DeferCleanup(p.delete)
		allReady(ctx, ns)
	})

	It("programs a changed Secret without a change of the Channel", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)

		apply(ctx, ns, `
apiVersion: v1
kind: Secret
metadata: {name: connector}
stringData: {key: another-key-of-the-connector}
`)
		Eventually(func() []string { return p.replica.Snapshot().Channels[0].KeyHashes }).
			Should(ConsistOf(auth.HashKey("another-key-of-the-connector")))
	})

	It("finds a Secret that comes after its Channel, whatever its labels", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, theRuntime+"---"+theDomain+"---"+theList+"---"+theChannel+"---"+theSubscription)
		startPod(ctx, ns, "main")
		Eventually(condition(ctx, ns, "Channel", "page", "ResolvedRefs")).Should(Equal("False/SecretNotFound"))
		apply(ctx, ns, theSecret)
		allReady(ctx, ns)
	})

	It("lets an invalid Channel block nobody, and serves its last accepted form", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)

		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec: {type: FACEBOOK, serviceIdentifier: renamed, listRef: {name: l1}, secretRef: {name: missing}}
---
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l2, labels: {team: social}}
spec: {displayName: L2}
`)
		Eventually(condition(ctx, ns, "Worklist", "l2", "Ready")).Should(Equal("True/Ready"))
		Eventually(condition(ctx, ns, "Channel", "page", "Ready")).Should(Equal("False/SecretNotFound"))
		Expect(condition(ctx, ns, "Channel", "page", "Programmed")()).To(Equal("False/NotAccepted"))
		s, generation := status(ctx, ns, "Channel", "page")
		Expect(generation).To(Equal(int64(2)))
		Expect(s.ProgrammedGeneration).To(Equal(int64(1)))
		Expect(p.replica.Snapshot().Channels[0].ServiceIdentifier).To(Equal("page"))
	})

	It("gives a Worklist to who selects its label, once it has it", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l1, labels: {team: other}}
spec: {displayName: L1}
`)
		Eventually(func() []string { return p.replica.Snapshot().Subscriptions[0].Lists }).Should(BeEmpty())
		Eventually(condition(ctx, ns, "AgentSubscription", "agents", "ResolvedRefs")).Should(Equal("True/NoListSelected"))
	})

	It("accepts one RoutingRuntime a namespace, and the next one when that goes", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, theRuntime)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Accepted")).Should(Equal("True/Accepted"))
		var first v1alpha1.RoutingRuntime
		Expect(kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: "main"}, &first)).To(Succeed())
		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: second}
spec: {authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}}
`)
		Eventually(condition(ctx, ns, "RoutingRuntime", "second", "Ready")).Should(Equal("False/Conflict"))
		Eventually(func() []string { return childrenOf(ctx, ns, "main") }).ShouldNot(BeEmpty())
		Expect(childrenOf(ctx, ns, "second")).To(BeEmpty())

		remove(ctx, &v1alpha1.RoutingRuntime{}, ns, "main")
		Eventually(condition(ctx, ns, "RoutingRuntime", "second", "Accepted")).Should(Equal("True/Accepted"))
		Eventually(func() []string { return childrenOf(ctx, ns, "second") }).ShouldNot(BeEmpty())
	})

	It("tells dependents of a deleted Worklist, and leaves nothing in Terminating", func(ctx SpecContext) {
		ns, p := served(ctx)

		remove(ctx, &v1alpha1.Worklist{}, ns, "l1")
		Eventually(condition(ctx, ns, "Channel", "page", "ResolvedRefs")).Should(HavePrefix("False/List"))
		// It had no open request, so it drains at once and then goes.
		Eventually(func() []snapshot.List { return p.replica.Snapshot().Lists }).Should(BeEmpty())

		remove(ctx, &v1alpha1.RoutingRuntime{}, ns, "main")
		for kind, name := range kinds {
			if kind != "RoutingRuntime" && kind != "Worklist" {
				Eventually(condition(ctx, ns, kind, name, "Programmed")).Should(Equal("False/NoRuntime"), kind)
				s, _ := status(ctx, ns, kind, name)
				Expect(s.ProgrammedGeneration).To(BeZero(), kind)
			}
		}
	})
})
