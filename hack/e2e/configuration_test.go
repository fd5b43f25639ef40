//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

func post(ctx context.Context, c *client.Connector, customer, id string) protocol.Receipt {
	GinkgoHelper()
	receipt, err := c.Post(ctx, protocol.PostMessage{ID: id, Customer: protocol.Customer{ID: customer}, Text: "hello"})
	Expect(err).NotTo(HaveOccurred())
	return receipt
}

func channel(name, identifier, list string) string {
	return fmt.Sprintf(`
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: %s}
spec:
  type: FACEBOOK
  serviceIdentifier: %s
  listRef: {name: %s}
  secretRef: {name: c2-connector}
`, name, identifier, list)
}

func worklist(name, displayName string) string {
	return fmt.Sprintf(`
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: %s, labels: {team: social-media}}
spec:
  displayName: %q
`, name, displayName)
}

var _ = Describe("Configuration", func() {
	It("tells the story of a comment on a Facebook page", func(ctx context.Context) {
		Expect(stage.Play(ctx)).To(Succeed())
	}, NodeTimeout(15*time.Minute))

	It("brings edited YAML to the agents, and says so when it is served", func(ctx context.Context) {
		alice := listen(agent(ctx, "alice"))
		name := "L1 of " + time.Now().Format(time.RFC3339Nano)
		run(ctx, "patch", "worklist", "l1", "--type=merge", "--patch", fmt.Sprintf(`{"spec":{"displayName":%q}}`, name))
		beTrue(ctx, "worklist/l1", "Programmed")
		Eventually(func() string { return alice.shown("l1") }).Should(Equal(name))
		Expect(run(ctx, "get", "worklist", "l1", "--output", "jsonpath={.metadata.generation}{'='}{.status.programmedGeneration}")).
			To(MatchRegexp(`^(\d+)=(\d+)$`))
	}, NodeTimeout(15*time.Minute))

	It("gives an invalid Channel its condition, and lets it block nobody", func(ctx context.Context) {
		_, err := k.Apply(ctx, channel("nowhere", "nowhere-page", "no-such-list")+"---"+channel("twin", "company-page", "l1")+"---"+channel("good", "good-page", "l1"))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func(ctx context.Context) { run(ctx, "delete", "channel", "nowhere", "twin", "good") })
		Eventually(func() string { return condition(ctx, "channel/nowhere", "ResolvedRefs") }).
			Should(And(HavePrefix("False ListNotFound: "), ContainSubstring("no-such-list")))
		Eventually(func() string { return condition(ctx, "channel/nowhere", "Ready") }).Should(HavePrefix("False "))
		Eventually(func() string { return condition(ctx, "channel/twin", "Accepted") }).
			Should(And(HavePrefix("False Conflict: "), ContainSubstring("c2")))
		beTrue(ctx, "channel/good", "Ready")
		beTrue(ctx, "channel/c2", "Ready")
		customer := fmt.Sprint(time.Now().UnixNano())
		Expect(post(ctx, connector("good", stage.Key), customer, customer).Outcome).To(Equal(request.Opened))
		_, err = connector("twin", stage.Key).Post(ctx, protocol.PostMessage{ID: "x", Customer: protocol.Customer{ID: "c"}, Text: "hello"})
		Expect(err).To(HaveOccurred())
		_, err = connector("good", "not-the-right-key-at-all").Post(ctx, protocol.PostMessage{ID: "x", Customer: protocol.Customer{ID: "c"}, Text: "hello"})
		Expect(client.IsProblem(err, protocol.ProblemInvalidKey)).To(BeTrue(), "%v", err)
	}, NodeTimeout(15*time.Minute))

	It("is refused at once by the API server where an object can never be right", func(ctx context.Context) {
		_, err := k.Run(ctx, "patch", "worklist", "l1", "--type=merge", "--patch", `{"spec":{"attention":{"soonAfter":"10m","overdueAfter":"5m"}}}`)
		Expect(err).To(MatchError(ContainSubstring("soonAfter")))
	}, NodeTimeout(15*time.Minute))

	It("drains a deleted Worklist that has open requests", func(ctx context.Context) {
		_, err := k.Apply(ctx, worklist("passing", "Passing")+"---"+channel("passing", "passing-page", "passing"))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func(ctx context.Context) { run(ctx, "delete", "channel", "passing") })
		beTrue(ctx, "channel/passing", "Ready")
		facebook := connector("passing", stage.Key)
		id := fmt.Sprint(time.Now().UnixNano())
		open := post(ctx, facebook, "mary", id+"-1").Request
		run(ctx, "delete", "worklist", "passing", within)
		Eventually(func() string { return condition(ctx, "channel/passing", "ResolvedRefs") }).Should(HavePrefix("False "))
		// A request that the list takes before the runtime knows would go on, too.
		Eventually(func() string { return k.field(ctx, "routingruntime/main", "{.status.draining[*].list}") }).Should(Equal("passing"))
		Eventually(func() error {
			_, err := facebook.Post(ctx, protocol.PostMessage{ID: id + "-2", Customer: protocol.Customer{ID: "paul"}, Text: "hello"})
			return err
		}).Should(Satisfy(func(err error) bool { return client.IsProblem(err, protocol.ProblemListUnavailable) }))
		Expect(post(ctx, facebook, "mary", id+"-3").Request).To(Equal(open), "L2: what is open goes on")
		_, err = agent(ctx, "carol", "supervisors").Close(ctx, open)
		Expect(err).NotTo(HaveOccurred())
	}, NodeTimeout(15*time.Minute))
})
