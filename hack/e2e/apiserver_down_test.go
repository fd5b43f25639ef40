//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Kubernetes is away for half a minute: nobody can apply anything, and the operator
// can neither read nor hold its lease. Agents do not notice.
var _ = Describe("An API server that is down", Label(onNode), func() {
	It("keeps no agent from being told, and afterwards everything is as it was", func(ctx context.Context) {
		t, operator := newTenant(ctx, "down"), operator()
		alice := listen(t.agent(ctx, "alice"))
		customers := t.begin()
		pod := operator.pod(ctx)
		restarts := func() int {
			GinkgoHelper()
			var n int
			_, err := fmt.Sscan(operator.run(ctx, "get", "pod", pod, "--output=jsonpath={.status.containerStatuses[0].restartCount}"), &n)
			Expect(err).NotTo(HaveOccurred())
			return n
		}
		before := restarts()

		localcluster(ctx, "apiserver.sh", "stop")
		up := func(ctx context.Context) { localcluster(ctx, "apiserver.sh", "start") }
		DeferCleanup(up)
		_, err := t.Run(ctx, "get", "routingruntime")
		Expect(err).To(HaveOccurred(), "the API server is not down: the test shows nothing")
		customers.goesOn()
		const outage = 30 * time.Second // longer than the operator's lease, which cannot be renewed
		over := time.NewTimer(outage)
		<-over.C
		customers.goesOn()
		up(ctx)

		t.patchWhenBack(ctx)
		t.servesWhatIsWritten(ctx, "main-0")
		customers.reaches(alice)
		breaks, _ := alice.counts()
		Expect(breaks).To(BeZero())
		Expect(t.field(ctx, "pod/main-0", "{.status.containerStatuses[0].restartCount}")).To(Equal("0"))
		Expect(restarts()-before).To(BeNumerically("<=", 1), "who loses the lease ends, once, and then waits for it")
	}, NodeTimeout(15*time.Minute))
})

// patchWhenBack changes an object as soon as that is possible, and waits until the
// change is served: the operator works again.
func (t *tenant) patchWhenBack(ctx context.Context) {
	GinkgoHelper()
	Eventually(func() error {
		_, err := t.Run(ctx, "patch", "worklist", "l1", "--type=merge", "--patch", `{"spec":{"displayName":"Afterwards"}}`)
		return err
	}).Should(Succeed())
	t.beTrue(ctx, "worklist/l1", "Programmed")
}
