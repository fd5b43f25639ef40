//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

var _ = Describe("Failure", func() {
	// The connector repeats what was not acknowledged, with the same id; the agent
	// resumes by cursor. Then a pod may go at any moment.
	for _, way := range []struct {
		name string
		args []string
	}{
		{"drained", nil},
		{"killed", []string{"--grace-period=0", "--force"}},
	} {
		It("loses nothing when the runtime's pod is "+way.name, func(ctx context.Context) {
			alice := listen(agent(ctx, "alice"))
			facebook := connector("c2", stage.Key)
			var opened []string
			for n := range 60 {
				if n == 20 {
					run(ctx, append([]string{"delete", "pod", "main-0", "--wait=false"}, way.args...)...)
				}
				customer := fmt.Sprintf("%s-%d-%d", way.name, time.Now().UnixNano(), n)
				message := protocol.PostMessage{ID: customer, Customer: protocol.Customer{ID: customer}, Text: "hello"}
				Eventually(func() error {
					receipt, err := facebook.Post(ctx, message)
					if err == nil {
						opened = append(opened, receipt.Request)
					}
					return err
				}).Should(Succeed())
			}
			Eventually(func() []string { return mine(alice.notified(), opened) }).Should(Equal(opened), "each one notified, once and in order")
			breaks, gaps := alice.counts()
			Expect(breaks).To(BeNumerically(">", 0), "the pod's end was not noticed: the test has shown nothing")
			Expect(gaps).To(BeZero())
			open := map[string]bool{}
			for r, err := range agent(ctx, "alice").Requests(ctx, client.Query{Limit: 500}) {
				Expect(err).NotTo(HaveOccurred())
				open[r.ID] = true
			}
			for _, id := range opened {
				Expect(open).To(HaveKey(id))
			}
			beTrue(ctx, "routingruntime/main", "Ready")
		}, NodeTimeout(5*time.Minute))
	}

	It("serves on while the operator is away, and picks up what changed meanwhile", func(ctx context.Context) {
		scale := func(n int) {
			run(ctx, "--namespace", "pullmode-system", "scale", "deployment/pullmode-operator", fmt.Sprintf("--replicas=%d", n))
			run(ctx, "--namespace", "pullmode-system", "rollout", "status", "deployment/pullmode-operator", "--timeout=120s")
		}
		scale(0)
		DeferCleanup(func(context.Context) { scale(1) })
		post(ctx, connector("c2", stage.Key), "alone", fmt.Sprint(time.Now().UnixNano()))
		name := fmt.Sprintf("While away %d", time.Now().UnixNano())
		run(ctx, "patch", "worklist", "l1", "--type=merge", "--patch", fmt.Sprintf(`{"spec":{"displayName":%q}}`, name))
		scale(1)
		beTrue(ctx, "worklist/l1", "Programmed")
		me, err := agent(ctx, "alice").Me(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(me.Lists).To(ContainElement(HaveField("DisplayName", name)))
	}, NodeTimeout(5*time.Minute))
})

// mine keeps the notifications of these requests.
func mine(notified, of []string) []string {
	return slices.DeleteFunc(notified, func(id string) bool { return !slices.Contains(of, id) })
}
