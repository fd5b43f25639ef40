package envtest_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Nothing tells the operator of these: it has to look.
var _ = Describe("what is served without anybody having told", func() {
	It("is put right when a pod comes with an empty volume", func(ctx SpecContext) {
		ns, p := served(ctx)
		p.publish(ctx, false)
		p.delete()

		another := startPod(ctx, ns, "main")
		Eventually(another.replica.Snapshot).ShouldNot(BeNil())
		allReady(ctx, ns)
		Expect(another.replica.Report().Epoch).NotTo(Equal(p.replica.Report().Epoch))
	})

	It("is put right when a backup is restored, in its new epoch", func(ctx SpecContext) {
		ns, p := served(ctx)
		backup := callAdmin(ctx, p, http.MethodGet, "backup", nil)
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
		before := p.replica.Report().Epoch

		callAdmin(ctx, p, http.MethodPost, "restore", backup)
		Expect(p.replica.Wait()).To(Succeed())
		p.cancel()
		p.restart(ctx)
		Expect(p.replica.Report().Epoch).NotTo(Equal(before))
		Eventually(func() string { return p.replica.Snapshot().Lists[0].Description }).Should(Equal("changed"))
		allReady(ctx, ns)
	})

	It("is put right when somebody programs the runtime by hand", func(ctx SpecContext) {
		ns, p := served(ctx)
		// Somebody programs it by hand, with what is not declared.
		s := *p.replica.Snapshot()
		s.Lists = nil
		s.Channels, s.Subscriptions = nil, nil
		refusal, err := p.replica.Program(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		Expect(refusal).To(BeNil())
		Eventually(func() []string { return listsOf(p) }).Should(ConsistOf("l1"))
		allReady(ctx, ns)
	})
})
