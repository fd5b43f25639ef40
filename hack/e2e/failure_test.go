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
			before := run(ctx, "get", "pod", "main-0", "--output", "jsonpath={.metadata.uid}")
			var opened []string
			write := func() {
				customer := fmt.Sprintf("%s-%d", way.name, time.Now().UnixNano())
				receipt, err := facebook.Post(ctx, protocol.PostMessage{ID: customer, Customer: protocol.Customer{ID: customer}, Text: "hello"})
				if err == nil { // otherwise nothing was acknowledged, and nothing is promised
					opened = append(opened, receipt.Request)
				}
			}
			for range 20 {
				write()
			}
			run(ctx, append([]string{"delete", "pod", "main-0", "--wait=false"}, way.args...)...)
			Eventually(func() string {
				write()
				state, err := k.Run(ctx, "get", "pod", "main-0", "--output", "jsonpath={.metadata.uid} {.status.containerStatuses[0].ready}")
				if err != nil {
					return err.Error()
				}
				return state
			}).Should(And(HaveSuffix(" true"), Not(HavePrefix(before))), "the pod comes back")
			for range 20 {
				write()
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
		}, NodeTimeout(15*time.Minute))
	}

	It("serves on while the operator is away, and picks up what changed meanwhile", func(ctx context.Context) {
		scaleOperator(ctx, 0)
		DeferCleanup(func(ctx context.Context) { scaleOperator(ctx, 1) })
		post(ctx, connector("c2", stage.Key), "alone", fmt.Sprint(time.Now().UnixNano()))
		name := fmt.Sprintf("While away %d", time.Now().UnixNano())
		run(ctx, "patch", "worklist", "l1", "--type=merge", "--patch", fmt.Sprintf(`{"spec":{"displayName":%q}}`, name))
		scaleOperator(ctx, 1)
		beTrue(ctx, "worklist/l1", "Programmed")
		me, err := agent(ctx, "alice").Me(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(me.Lists).To(ContainElement(HaveField("DisplayName", name)))
	}, NodeTimeout(15*time.Minute))
})

// mine keeps the notifications of these requests.
func mine(notified, of []string) []string {
	return slices.DeleteFunc(notified, func(id string) bool { return !slices.Contains(of, id) })
}
