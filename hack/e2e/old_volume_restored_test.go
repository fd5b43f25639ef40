//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// Somebody puts an old copy of the runtime's volume back, as a snapshot of the
// storage does, and tells nobody. What the runtime serves then is of long ago, and
// clients hold cursors that it has never given.
var _ = Describe("An old volume that is restored", Label(onNode), func() {
	It("is found and repaired, and clients with newer cursors are told of the gap", func(ctx context.Context) {
		t := newTenant(ctx, "restored")
		facebook := t.connector("c2", t.stage.Key)
		post := func(customer string) protocol.Receipt {
			GinkgoHelper()
			receipt, err := facebook.Post(ctx, protocol.PostMessage{ID: customer, Customer: protocol.Customer{ID: customer}, Text: "hello"})
			Expect(err).NotTo(HaveOccurred())
			return receipt
		}
		early := post("early")

		By("taking a copy")
		t.scale(ctx, 0)
		volume := t.volume(ctx)
		inside(ctx, "cp -a "+volume+" "+volume+".old")
		DeferCleanup(func(ctx context.Context) { inside(ctx, "rm -rf "+volume+".old") })
		t.scale(ctx, 1)

		By("going on for a while")
		t.apply(ctx, worklist("later", "Of later")+"---"+channel("later", "later-page", "later"))
		t.patch(ctx, "worklist/l1", `{"spec":{"displayName":"L1 of later"}}`)
		t.settled(ctx)
		late := post("late")
		for range 20 {
			Expect(post("late").Request).To(Equal(late.Request)) // the same message again is no write
		}
		sequence := t.field(ctx, "routingruntime/main", "{.status.snapshot.sequence}")
		cursor := begins(ctx, t.agent(ctx, "alice"), "").Cursor

		By("putting the copy back")
		t.scale(ctx, 0)
		inside(ctx, "rm -rf "+volume+" && cp -a "+volume+".old "+volume)
		t.scale(ctx, 1)
		t.servesWhatIsWritten(ctx, "main-0")
		Expect(t.field(ctx, "routingruntime/main", "{.status.snapshot.sequence}")).NotTo(Equal(sequence))

		me, err := t.agent(ctx, "alice").Me(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(me.Lists).To(ContainElement(HaveField("DisplayName", "L1 of later")))
		first := begins(ctx, t.agent(ctx, "alice"), cursor)
		Expect(first.Type).To(Equal(protocol.EventGap))
		Expect(string(first.Data)).To(ContainSubstring(string(protocol.GapEpoch)))
		var open []string
		for r, err := range t.agent(ctx, "alice").Requests(ctx, client.Query{Limit: 500}) {
			Expect(err).NotTo(HaveOccurred())
			open = append(open, r.ID)
		}
		Expect(open).To(Equal([]string{early.Request}), "what the copy does not hold is lost: that is what an old copy means")
	}, NodeTimeout(15*time.Minute))
})

// volume is the folder, on the node, of the runtime's volume.
func (t *tenant) volume(ctx context.Context) string {
	GinkgoHelper()
	name := t.field(ctx, "pvc/data-main-0", "{.spec.volumeName}")
	path := t.field(ctx, "pv/"+name, "{.spec.local.path}{.spec.hostPath.path}")
	Expect(path).To(HavePrefix("/"))
	return path
}

// scale waits until that many replicas run, and are all that run.
func (t *tenant) scale(ctx context.Context, replicas int) {
	GinkgoHelper()
	t.run(ctx, "scale", "routingruntime/main", fmt.Sprintf("--replicas=%d", replicas))
	Eventually(func() string {
		return t.run(ctx, "get", "pod", "--selector=app.kubernetes.io/instance=main", "--output=jsonpath={.items[*].status.containerStatuses[0].ready}")
	}).Should(Equal(strings.TrimSpace(strings.Repeat("true ", replicas))))
}

// begins is the first event of a feed that is resumed at the cursor.
func begins(ctx context.Context, a *client.Agent, cursor string) client.Event {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for event, err := range a.Events(ctx, client.Follow{Cursor: cursor}) {
		Expect(err).NotTo(HaveOccurred())
		return event
	}
	Fail("the feed has no beginning")
	return client.Event{}
}
