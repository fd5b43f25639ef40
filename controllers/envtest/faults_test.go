package envtest_test

import (
	"context"
	stdnet "net"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/operator"
	"github.com/pullmode/operator/runtime/snapshot"
)

var _ = Describe("when the runtime does not do as it should", func() {
	It("says Unknown of everything while a ready replica is gone, and True when it is back", func(ctx SpecContext) {
		ns, p := served(ctx)

		p.crash()
		for kind, name := range kinds {
			Eventually(condition(ctx, ns, kind, name, "Programmed")).Should(Equal("Unknown/RuntimeUnreachable"), kind)
		}
		Eventually(func() string { return message(ctx, ns, "Channel", "page", "Programmed") }).
			Should(ContainSubstring("Replica main-0 is ready, but its admin port refuses the connection"))
		s, _ := status(ctx, ns, "Channel", "page")
		Expect(s.ProgrammedGeneration).To(Equal(int64(1)), "nobody said that it is not served")

		p.restart(ctx)
		allReady(ctx, ns)
	})

	It("says nothing of a ready replica that is silent for a moment", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		// How long a moment is goes by the operator's clock, which stands still: what
		// this machine does with its time meanwhile does not count.
		begun := time.Now()
		startOperator(func(o *operator.Options) { o.Now = func() time.Time { return begun } }, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		statuses := programmedOf(ctx, ns)

		Eventually(p.falter()).Should(BeClosed(), "the first look")
		afterDrifts(p, 3, func() any { return nil })
		Expect(statuses()).To(HaveEach("True/Programmed"))
	})

	It("says Unknown of a replica that takes connections and never answers", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(impatient, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)

		p.crash()
		silent, err := stdnet.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(silent.Close)
		net.route(p.admin(), silent.Addr().String())
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("Unknown/RuntimeUnreachable"))
		Eventually(func() string { return message(ctx, ns, "Worklist", "l1", "Programmed") }).Should(ContainSubstring("does not answer in time"))
	})

	It("keeps Programmed while the pod restarts", func(ctx SpecContext) {
		ns, p := served(ctx)

		statuses := programmedOf(ctx, ns)
		p.publish(ctx, false) // the kubelet sees it end
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("False/NotReady"))
		p.crash()
		Eventually(func() string { return runtimeStatus(ctx, ns).Replicas[0].Message }).Should(HavePrefix("Its admin port"))
		p.restart(ctx)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("True/Ready"))
		Expect(statuses()).To(HaveEach("True/Programmed"))
	})

	It("shows a refusal on the object that it names, in the runtime's words", func(ctx SpecContext) {
		ns, p := served(ctx)

		older := refusing(ctx, p, snapshot.Problem{Kind: snapshot.KindList, Name: "l1", Message: "close policy \"Admins\" is not known here"})
		net.route(p.admin(), older)
		apply(ctx, ns, theList+"  closePolicy: Admins\n---"+`
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l2}
spec: {displayName: L2}
`)
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("False/Rejected"))
		Expect(message(ctx, ns, "Worklist", "l1", "Programmed")).To(ContainSubstring(`close policy "Admins" is not known here`))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Programmed")).Should(Equal("False/Rejected"))
		Eventually(condition(ctx, ns, "Worklist", "l2", "Programmed")).Should(Equal("False/Pending"))
		Expect(condition(ctx, ns, "Channel", "page", "Programmed")()).To(Equal("True/Programmed"), "it did not change")
		s, _ := status(ctx, ns, "Worklist", "l1")
		Expect(s.ProgrammedGeneration).To(Equal(int64(1)), "the last good form is served")

		apply(ctx, ns, theList)
		net.route(p.admin(), p.replica.AdminAddr().String())
		allReady(ctx, ns)
	})

	It("keeps what was last accepted over a restart of its own", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op := startOperator(nil, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec: {type: FACEBOOK, serviceIdentifier: renamed, listRef: {name: l1}, secretRef: {name: missing}}
`)
		Eventually(condition(ctx, ns, "Channel", "page", "Ready")).Should(Equal("False/SecretNotFound"))
		op.stop()

		startOperator(nil, ns)
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(func() string { return p.replica.Snapshot().Lists[0].Description }).Should(Equal("changed"))
		Expect(p.replica.Snapshot().Channels).To(HaveLen(1))
		Expect(p.replica.Snapshot().Channels[0].ServiceIdentifier).To(Equal("page"))
	})

	It("programs again what an old volume does not have", func(ctx SpecContext) {
		ns, p := served(ctx)
		p.publish(ctx, false)
		p.crash()
		old := filepath.Join(GinkgoT().TempDir(), "backup")
		Expect(os.CopyFS(old, os.DirFS(p.data))).To(Succeed())
		p.restart(ctx)
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))

		p.publish(ctx, false)
		p.crash()
		p.data = old
		p.restart(ctx)
		Eventually(func() string { return p.replica.Snapshot().Lists[0].Description }).Should(Equal("changed"))
		allReady(ctx, ns)
	})

	It("lets a RoutingRuntime that is made again go on over the kept volume", func(ctx SpecContext) {
		ns, p := served(ctx)
		sequence := p.replica.Report().Sequence

		remove(ctx, &v1alpha1.RoutingRuntime{}, ns, "main")
		Eventually(condition(ctx, ns, "Channel", "page", "Programmed")).Should(Equal("False/NoRuntime"))
		p.delete()
		collectGarbage(ctx, ns, "main")
		apply(ctx, ns, theRuntime)
		again := newPod(ns, "main")
		again.data = p.data
		again.restart(ctx)
		DeferCleanup(again.delete)
		allReady(ctx, ns)
		Expect(again.replica.Report().Sequence).To(Equal(sequence + 1))
	})

	It("stays one truth under two operators at once", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		one, two := startOperator(nil, ns), startOperator(nil, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		for _, description := range []string{"a", "b", "c"} {
			apply(ctx, ns, theList+"  description: "+description+"\n")
			// One that has not heard of it yet may put the old one back for a moment.
			Eventually(func() string { return p.replica.Snapshot().Lists[0].Description }).Should(Equal(description))
			Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
		}
		Eventually(func() []string {
			one.writes.reset()
			two.writes.reset()
			return afterDrifts(p, 6, func() []string { return append(one.writes.seen(), two.writes.seen()...) })
		}).Should(BeEmpty())
		Expect(p.replica.Snapshot().Lists[0].Description).To(Equal("c"))
		Expect(condition(ctx, ns, "Worklist", "l1", "Programmed")()).To(Equal("True/Programmed"))
	})
})

// collectGarbage deletes what a RoutingRuntime that is gone owned, as a cluster does.
func collectGarbage(ctx context.Context, namespace, runtime string) {
	GinkgoHelper()
	for _, child := range childrenOf(ctx, namespace, runtime) {
		kind, name, _ := strings.Cut(child, "/")
		object := childKinds[kind].DeepCopyObject().(client.Object)
		object.SetNamespace(namespace)
		object.SetName(name)
		Expect(kube.Delete(ctx, object)).To(Succeed())
	}
	Eventually(func() error {
		return kube.Get(ctx, types.NamespacedName{Namespace: namespace, Name: runtime}, &v1alpha1.RoutingRuntime{})
	}).ShouldNot(Succeed())
}
