//go:build e2e

package e2e

import (
	"context"
	"fmt"
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
		for n := 0; list.last() != unknown; n++ { // the kubelet may see it first, and then there is nothing to tell
			Eventually(isReady).Should(Equal("true"))
			t.signal(ctx, "STOP", "main-0")
			t.apply(ctx, worklist("meanwhile", fmt.Sprintf("Written while nobody answers, %d", n)))
			Eventually(func() bool { return list.last() == unknown || isReady() == "false" }).Should(BeTrue())
			if list.last() != unknown {
				t.signal(ctx, "CONT", "main-0")
			}
		}
		Expect(t.condition(ctx, "worklist/l1", "Programmed")).To(ContainSubstring("Replica main-0 is ready, but its admin port does not answer in time"))
		Eventually(runtime.last).Should(Equal(unknown))

		By("waiting for the kubelet to see it")
		Eventually(isReady).Should(Equal("false"))
		Eventually(func() string { return t.condition(ctx, "worklist/meanwhile", "Programmed") }).Should(HavePrefix("False NoRuntime: "))

		t.signal(ctx, "CONT", "main-0")
		customers.goesOn()
		t.servesWhatIsWritten(ctx, "main-0")
		customers.reaches(alice)
		Expect(t.field(ctx, "pod/main-0", "{.status.containerStatuses[0].restartCount}")).To(Equal("0"))
		By("looking at what was said in between")
		Expect(list.all()).To(Equal([]string{served, unknown, served}), "its generation was served all the time: unknown once, and no more")
		Expect(runtime.all()).To(Equal([]string{served, unknown, served}))
	}, NodeTimeout(4*time.Minute))
})
