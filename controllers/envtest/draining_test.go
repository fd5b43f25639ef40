package envtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/protocol"
)

var _ = Describe("a Worklist that is deleted with an open request", func() {
	It("drains, the RoutingRuntime tells how and until when, and nothing stays behind", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op := startOperator(nil, ns)
		apply(ctx, ns, everything+"---"+theList+"  deletionPolicy: {type: Drain, deadline: 8h}\n")
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		request := post(ctx, p)
		Eventually(func() *int64 { return runtimeStatus(ctx, ns).OpenRequests }).Should(HaveValue(Equal(int64(1))))
		Expect(condition(ctx, ns, "RoutingRuntime", "main", "Draining")()).To(BeEmpty())

		remove(ctx, &v1alpha1.Worklist{}, ns, "l1")
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Draining")).Should(Equal("True/ListsDraining"))
		Expect(message(ctx, ns, "RoutingRuntime", "main", "Draining")).To(HavePrefix("Worklist l1 was deleted with open requests"))
		var l v1alpha1.DrainingList
		Eventually(func(g Gomega) {
			g.Expect(runtimeStatus(ctx, ns).Draining).To(HaveLen(1))
			l = runtimeStatus(ctx, ns).Draining[0]
			g.Expect(l.Since).NotTo(BeNil())
		}).Should(Succeed())
		Expect(l.List).To(Equal("l1"))
		Expect(l.Policy).To(Equal(v1alpha1.DeletionDrain))
		Expect(l.OpenRequests).To(Equal(int64(1)))
		Expect(l.Deadline.Sub(l.Since.Time)).To(Equal(8 * time.Hour))
		Expect(condition(ctx, ns, "RoutingRuntime", "main", "Ready")()).To(Equal("True/Ready"))

		By("telling the same over a restart of the operator, and writing nothing")
		Eventually(func() []string {
			op.writes.reset()
			return afterDrifts(p, 2, op.writes.seen)
		}).Should(BeEmpty())
		op.stop()
		op = startOperator(nil, ns)
		Expect(afterDrifts(p, 4, op.writes.seen)).To(BeEmpty())

		closeRequest(ctx, p, request)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Draining")).Should(BeEmpty())
		Expect(runtimeStatus(ctx, ns).Draining).To(BeEmpty())
		Eventually(func() []string { return listsOf(p) }).Should(BeEmpty())
	})

	It("drains also when the operator was down while it was deleted", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op := startOperator(nil, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		post(ctx, p)
		op.stop()

		remove(ctx, &v1alpha1.Worklist{}, ns, "l1")
		Expect(kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: "l1"}, &v1alpha1.Worklist{})).NotTo(Succeed(), "it does not wait for the operator")
		startOperator(nil, ns)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Draining")).Should(Equal("True/ListsDraining"))
		Expect(p.replica.Snapshot().Lists[0].Draining).To(BeTrue())
	})

	It("drains also when the runtime was scaled to 0 meanwhile", func(ctx SpecContext) {
		ns, p := served(ctx)
		post(ctx, p)
		p.publish(ctx, false)
		p.crash()
		p.vanish(ctx)
		apply(ctx, ns, theRuntime[:len(theRuntime)-2]+", replicas: 0}\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("False/NoRuntime"))

		remove(ctx, &v1alpha1.Worklist{}, ns, "l1")
		Eventually(condition(ctx, ns, "Channel", "page", "ResolvedRefs")).Should(Equal("False/ListNotFound"))
		apply(ctx, ns, theRuntime)
		p.restart(ctx)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Draining")).Should(Equal("True/ListsDraining"))
	})
})

// post sends a customer's message to the Channel page, and gives the id of the
// request that it opens.
func post(ctx context.Context, p *pod) string {
	GinkgoHelper()
	body := `{"id": "m1", "customer": {"id": "c1"}, "text": "hello"}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.replica.Addr().String()+"/v1/channels/page/messages", bytes.NewBufferString(body))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Authorization", "Bearer a-key-of-the-connector")
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	Expect(res.StatusCode).To(BeNumerically("<", 300))

	var page protocol.Page
	Eventually(func() []*protocol.Request {
		Expect(json.Unmarshal(callAdmin(ctx, p, http.MethodGet, "requests", nil), &page)).To(Succeed())
		return page.Requests
	}).Should(HaveLen(1))
	return page.Requests[0].ID
}

func closeRequest(ctx context.Context, p *pod, id string) {
	GinkgoHelper()
	callAdmin(ctx, p, http.MethodPost, "requests/"+id+"/close", []byte(`{"by": "somebody"}`))
}
