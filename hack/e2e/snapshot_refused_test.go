//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/protocol"
)

// The runtime is of a version that does not know a field yet, as during an upgrade,
// or where spec.image holds it back.
var _ = Describe("A runtime that refuses a snapshot", Label(onNode), func() {
	It("refuses one object in its own words, and everything else goes on", func(ctx context.Context) {
		older := image(ctx, "./older.sh", "responseTime")
		t := newTenant(ctx, "refused", spec, spec+"  image: "+older+"\n")
		alice := listen(t.agent(ctx, "alice"))
		customers := t.begin()

		t.apply(ctx, worklist("fine", "Fine")+"---"+channel("fine", "fine-page", "fine")+"---"+
			worklist("strict", "With an answer in time")+"  responseTime: 5m\n")
		refused := And(HavePrefix("False Rejected: "), MatchRegexp(`does not know the field \S*responseTime`))
		Eventually(func() string { return t.condition(ctx, "worklist/strict", "Programmed") }).Should(refused)
		Expect(t.condition(ctx, "worklist/strict", "Accepted")).To(HavePrefix("True "), "nothing is wrong with what is written")
		t.beTrue(ctx, "worklist/fine", "Ready")
		t.beTrue(ctx, "channel/fine", "Ready")
		t.beTrue(ctx, "routingruntime/main", "Ready")

		By("changing an object that is served into one that is refused")
		t.patch(ctx, "worklist/l1", `{"spec":{"responseTime":"5m","displayName":"Refused"}}`)
		Eventually(func() string { return t.condition(ctx, "worklist/l1", "Programmed") }).Should(And(refused, ContainSubstring("generation 1")))
		t.beTrue(ctx, "channel/c2", "Ready")
		t.patch(ctx, "worklist/fine", `{"spec":{"displayName":"Fine still"}}`)
		t.beTrue(ctx, "worklist/fine", "Programmed")
		customers.goesOn()
		me, err := t.agent(ctx, "sam", "supervisors").Me(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(me.Lists).To(ConsistOf(HaveField("DisplayName", "L1"), HaveField("DisplayName", "Fine still")))
		receipt, err := t.connector("fine", t.stage.Key).Post(ctx,
			protocol.PostMessage{ID: "1", Customer: protocol.Customer{ID: fmt.Sprint(time.Now().UnixNano())}, Text: "hello"})
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt.List).To(Equal("fine"))

		By("updating the runtime")
		t.run(ctx, "patch", "routingruntime/main", "--type=json", "--patch", `[{"op":"remove","path":"/spec/image"}]`)
		t.servesWhatIsWritten(ctx, "main-0")
		customers.reaches(alice)
	}, NodeTimeout(30*time.Minute))
})
