//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/controllers/workload"
)

// Packets to the admin port of one replica are lost. Nothing else is: agents are
// served, the kubelet is content, and the replica hears of changes by its store.
var _ = Describe("A connection cut between operator and one replica", Label(onNode), func() {
	It("is told by the replica's name, and no agent is told less", func(ctx context.Context) {
		t := newEtcdTenant(ctx, "cut", 2)
		cut := t.pods(ctx)[0]
		there := *t
		there.stage.Runtime = t.reach(ctx, "pod/"+cut, int(workload.PortPublic))
		alice, bob := listen(t.agent(ctx, "alice")), listen(there.agent(ctx, "bob"))
		customers := t.begin()
		list := t.watch("worklist/l1", "Programmed")

		rule := fmt.Sprintf("nsenter --target %s --net iptables --wait --%%s INPUT --protocol tcp --dport %d --jump DROP", t.process(ctx, cut), workload.PortAdmin)
		inside(ctx, fmt.Sprintf(rule, "append"))
		t.patch(ctx, "mediaroutingdomain/social-media", `{"spec":{"maxRequests":7}}`) // the operator has something to do
		const unknown, served = "Unknown RuntimeUnreachable", "True Programmed"
		Eventually(list.last).Should(Equal(unknown))
		Expect(list.text(unknown)).To(ContainSubstring("Replica " + cut + " is ready, but its admin port does not answer in time"))
		Eventually(func() string {
			return t.field(ctx, "routingruntime/main", fmt.Sprintf(`{.status.replicas[?(@.name=="%s")].message}`, cut))
		}).Should(Equal("Its admin port does not answer in time."))

		By("programming through the other one")
		t.patch(ctx, "worklist/l1", `{"spec":{"displayName":"While cut"}}`)
		Eventually(func() string { return bob.shown("l1") }).Should(Equal("While cut"))
		Eventually(list.last).Should(Equal(unknown))
		customers.goesOn()

		inside(ctx, fmt.Sprintf(rule, "delete"))
		t.settled(ctx)
		t.ready(ctx, 2)
		Eventually(list.last).Should(Equal(served))
		customers.reaches(alice)
		customers.reaches(bob)
		for _, l := range []*listener{alice, bob} {
			breaks, _ := l.counts()
			Expect(breaks).To(BeZero())
		}
		Expect(list.all()).To(Equal([]string{served, unknown, served}), "nothing flaps")
	}, NodeTimeout(15*time.Minute))
})
