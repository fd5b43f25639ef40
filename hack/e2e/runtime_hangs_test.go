//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The process of a runtime is stopped, and answers nobody: neither agents nor the
// operator nor the kubelet, who needs some seconds to see it. While its pod still
// counts as ready, nobody knows what it serves, and that is what is said.
var _ = Describe("A runtime that hangs", Label(onNode), func() {
	It("is not said to serve anything, and goes on where it was", func(ctx context.Context) {
		t := newTenant(ctx, "hangs")
		alice := listen(t.agent(ctx, "alice"))
		customers := t.begin()
		list, runtime := t.watch("worklist/l1", "Programmed"), t.watch("routingruntime/main", "Programmed")

		const unknown, served = "Unknown RuntimeUnreachable", "True Programmed"
		isReady := func() string { return t.field(ctx, "pod/main-0", "{.status.containerStatuses[0].ready}") }
		DeferCleanup(func(ctx context.Context) { t.signal(ctx, "CONT", "main-0") })
		var before, beforeRuntime int // what was said before does not count
		for n := 0; ; n++ {
			before, beforeRuntime = len(list.since(0))-1, len(runtime.since(0))-1
			t.signal(ctx, "STOP", "main-0")
			t.apply(ctx, worklist("meanwhile", fmt.Sprintf("Written while nobody answers, %d", n)))
			told := func() bool { return slices.Contains(list.since(before), unknown) }
			Eventually(func() bool { return told() || isReady() == "false" }).Should(BeTrue())
			if told() {
				break
			}
			// The kubelet saw it first, and then there is nothing to tell: once more.
			t.signal(ctx, "CONT", "main-0")
			Eventually(isReady).Should(Equal("true"))
			t.servesWhatIsWritten(ctx, "main-0")
			Eventually(list.last).Should(Equal(served))
			Eventually(runtime.last).Should(Equal(served))
		}
		Expect(list.text(unknown)).To(ContainSubstring("Replica main-0 is ready, but its admin port does not answer in time"))
		Eventually(func() []string { return runtime.since(beforeRuntime) }).Should(ContainElement(unknown))

		By("waiting for the kubelet to see it")
		Eventually(isReady).Should(Equal("false"))
		Eventually(func() string { return t.condition(ctx, "worklist/meanwhile", "Programmed") }).Should(HavePrefix("False NoRuntime: "))

		t.signal(ctx, "CONT", "main-0")
		customers.goesOn()
		t.servesWhatIsWritten(ctx, "main-0")
		customers.reaches(alice)
		Expect(t.field(ctx, "pod/main-0", "{.status.containerStatuses[0].restartCount}")).To(Equal("0"))
		By("looking at what was said in between")
		Eventually(list.last).Should(Equal(served))
		Eventually(runtime.last).Should(Equal(served))
		Expect(list.since(before)).To(Equal([]string{served, unknown, served}), "its generation was served all the time: unknown once, and no more")
		Expect(runtime.since(beforeRuntime)).To(Equal([]string{served, unknown, served}))
	}, NodeTimeout(15*time.Minute))
})
