//go:build e2e

package e2e

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
)

var _ = Describe("A runtime that is taken away", func() {
	It("holds nothing up while it is scaled to zero", func(ctx context.Context) {
		t := newTenant(ctx, "zero")
		t.open1(ctx)
		t.scale(ctx, 0)
		Eventually(func() string { return t.condition(ctx, "worklist/l1", "Programmed") }).Should(HavePrefix("False NoRuntime: "))
		t.run(ctx, "delete", "worklist/l1", within)

		By("starting it again, which finds the list gone and a request on it")
		t.scale(ctx, 1)
		Eventually(func() string {
			return t.field(ctx, "routingruntime/main", "{.status.draining[*].list}={.status.draining[*].openRequests}")
		}).Should(Equal("l1=1"))
		Eventually(func() string { return t.condition(ctx, "channel/c2", "ResolvedRefs") }).Should(HavePrefix("False ListNotFound: "))
	}, NodeTimeout(15*time.Minute))

	It("leaves its volume, or takes it along, as declared", func(ctx context.Context) {
		t := newTenant(ctx, "volume", "whenDeleted: Delete", "whenDeleted: Retain")
		open := t.open1(ctx)
		remove := func() {
			GinkgoHelper()
			t.run(ctx, "delete", "routingruntime/main", within)
			Eventually(func() []string { return t.pods(ctx) }).Should(BeEmpty())
			Eventually(func() string { return t.field(ctx, "pod/main-0", "{}") }).Should(ContainSubstring("NotFound"))
		}
		remove()
		Expect(t.field(ctx, "pvc/data-main-0", "{.status.phase}{.metadata.deletionTimestamp}")).To(Equal("Bound"))

		By("making it again, over the volume that is there")
		t.samples(ctx)
		t.settled(ctx)
		t.open(ctx) // its Service is another one, too
		var found []string
		for r, err := range t.agent(ctx, "alice").Requests(ctx, client.Query{}) {
			Expect(err).NotTo(HaveOccurred())
			found = append(found, r.ID)
		}
		Expect(found).To(Equal([]string{open}))

		By("deleting it once more: now it takes the volume along") // config/samples say so
		Eventually(func() string {
			return t.field(ctx, "statefulset/main", "{.spec.persistentVolumeClaimRetentionPolicy.whenDeleted}")
		}).Should(Equal("Delete"))
		Eventually(func() string { return t.field(ctx, "pvc/data-main-0", "{.metadata.ownerReferences[*].kind}") }).Should(Equal("StatefulSet"))
		remove()
		Eventually(func() string { return t.field(ctx, "pvc/data-main-0", "{}") }).Should(ContainSubstring("NotFound"))
	}, NodeTimeout(15*time.Minute))
})
