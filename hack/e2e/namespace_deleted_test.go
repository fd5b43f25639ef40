//go:build e2e

package e2e

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/protocol"
)

// Nothing of ours has a finalizer, so nothing waits for an operator to let it go.
var _ = Describe("A namespace that is deleted", func() {
	// gone waits until the namespace is: whatever hangs in Terminating holds it.
	gone := func(ctx context.Context, t *tenant) {
		GinkgoHelper()
		t.run(ctx, "delete", "namespace", t.Namespace, "--wait=false")
		Eventually(func() string { return t.field(ctx, "namespace/"+t.Namespace, "{.status.conditions}") }).Should(ContainSubstring("NotFound"))
	}

	It("goes with everything in it, at once", func(ctx context.Context) {
		t := newTenant(ctx, "deleted")
		t.open1(ctx)
		gone(ctx, t)
	}, NodeTimeout(15*time.Minute))

	It("goes while there is no operator", Serial, func(ctx context.Context) {
		t := newTenant(ctx, "orphaned")
		t.open1(ctx)
		scaleOperator(ctx, 0)
		DeferCleanup(func(ctx context.Context) { scaleOperator(ctx, 1) })
		gone(ctx, t)
	}, NodeTimeout(15*time.Minute))
})

// open1 leaves a request open on the list.
func (t *tenant) open1(ctx context.Context) string {
	GinkgoHelper()
	receipt, err := t.connector("c2", t.stage.Key).Post(ctx, protocol.PostMessage{ID: "1", Customer: protocol.Customer{ID: "john"}, Text: "hello"})
	Expect(err).NotTo(HaveOccurred())
	return receipt.Request
}
