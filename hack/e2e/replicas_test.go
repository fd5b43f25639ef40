//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
)

// What a platform team does to a runtime on a working day, with agents connected.
var _ = Describe("Three replicas over an etcd", Ordered, Label(onNode), func() {
	var t *tenant
	BeforeAll(func(ctx context.Context) { t = newEtcdTenant(ctx, "replicas", 3) }, NodeTimeout(15*time.Minute))

	// agents are spread over the replicas by the Service, some over either binding.
	agents := func(ctx context.Context) []*listener {
		GinkgoHelper()
		var listeners []*listener
		for range 6 {
			listeners = append(listeners, listen(t.agent(ctx, "alice")), listen(t.agentOver(ctx, client.WebSocket, "bob")))
		}
		return listeners
	}

	It("roll, and no notification is lost or comes twice", func(ctx context.Context) {
		listeners, customers := agents(ctx), t.begin()
		before := t.pods(ctx)
		t.patch(ctx, "routingruntime/main", fmt.Sprintf(`{"spec":{"pod":{"annotations":{"rolled":"%d"}}}}`, time.Now().UnixNano()))
		Eventually(func() []string { return t.pods(ctx) }).ShouldNot(ContainElements(before[0]))
		Eventually(func() []string { return t.pods(ctx) }).Should(And(HaveLen(3), Not(ContainElement(BeElementOf(before)))))
		t.ready(ctx, 3)
		customers.goesOn()
		for _, l := range listeners {
			breaks, _ := l.counts()
			Expect(breaks).To(BeNumerically(">", 0), "every pod was replaced")
			customers.reaches(l)
		}
		for _, pod := range t.pods(ctx) {
			t.servesWhatIsWritten(ctx, pod)
		}
	}, NodeTimeout(15*time.Minute))

	It("are scaled as an autoscaler does it", func(ctx context.Context) {
		listeners, customers := agents(ctx), t.begin()
		for _, replicas := range []int{1, 2} {
			t.run(ctx, "scale", "routingruntime/main", fmt.Sprintf("--replicas=%d", replicas))
			t.ready(ctx, replicas)
			t.beTrue(ctx, "routingruntime/main", "Ready")
			customers.goesOn()
		}
		for _, l := range listeners {
			customers.reaches(l)
		}
	}, NodeTimeout(15*time.Minute))
})
