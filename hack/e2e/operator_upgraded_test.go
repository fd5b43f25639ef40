//go:build e2e

package e2e

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The operator of the commit before is upgraded to this one, with everything that
// is installed with it. Between the two, and where spec.image says so, operator and
// runtime are of different versions.
var _ = Describe("An operator that is upgraded", Serial, Label(onNode), func() {
	It("rolls the runtimes, and agents who are connected miss nothing", func(ctx context.Context) {
		current := currentImage(ctx)
		install := func(ctx context.Context) { script(ctx, "env", "PULLMODE_IMAGE="+current, "../cluster/install.sh") }
		before, installBefore := previous(ctx)
		Expect(before).NotTo(Equal(current))
		DeferCleanup(install)
		installBefore(ctx)
		t := newTenant(ctx, "upgraded")
		t.runs(ctx, before)
		ahead := newTenant(ctx, "ahead", spec, spec+"  image: "+current+"\n")
		ahead.runs(ctx, current)
		ahead.works(ctx)
		alice, customers := listen(t.agent(ctx, "alice")), t.begin()

		install(ctx)
		t.runs(ctx, current)
		customers.goesOn()
		t.servesWhatIsWritten(ctx, "main-0")
		customers.reaches(alice)
		breaks, _ := alice.counts()
		Expect(breaks).To(BeNumerically(">", 0), "the runtime was not replaced: the test has shown nothing")
		t.works(ctx)

		By("holding the runtime back")
		behind := ahead
		behind.patch(ctx, "routingruntime/main", `{"spec":{"image":"`+before+`"}}`)
		behind.runs(ctx, before)
		behind.works(ctx)
	}, NodeTimeout(30*time.Minute))
})

// runs waits until the runtime's pod has this image and serves.
func (t *tenant) runs(ctx context.Context, image string) {
	GinkgoHelper()
	Eventually(func() string {
		return t.field(ctx, "pod/main-0", "{.spec.containers[0].image} {.status.containerStatuses[0].ready}")
	}).Should(Equal(image + " true"))
	t.settled(ctx)
}

// works changes a list and sends a request through it.
func (t *tenant) works(ctx context.Context) {
	GinkgoHelper()
	alice := listen(t.agent(ctx, "alice"))
	name := "Changed at " + time.Now().Format(time.RFC3339Nano)
	t.patch(ctx, "worklist/l1", `{"spec":{"displayName":"`+name+`"}}`)
	t.beTrue(ctx, "worklist/l1", "Programmed")
	Eventually(func() string { return alice.shown("l1") }).Should(Equal(name))
	t.begin().reaches(alice)
}
