package envtest_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/pullmode/operator/api/v1alpha1"
)

// Deleting a namespace deletes what is in it in any order, and waits for
// finalizers. Ours has none.
var _ = Describe("everything of a namespace that is deleted", func() {
	order := []string{"RoutingRuntime", "MediaRoutingDomain", "Worklist", "Channel", "AgentSubscription"}
	backwards := slices.Clone(order)
	slices.Reverse(backwards)

	DescribeTable("is gone at once, and does not come back", func(ctx SpecContext, order []string, operatorRuns, runtimeRuns bool) {
		ns := newNamespace(ctx)
		op := startOperator(nil, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		post(ctx, p) // so that the list would have to wait for its end
		if !runtimeRuns {
			p.publish(ctx, false)
			p.crash()
			p.vanish(ctx)
			apply(ctx, ns, theRuntime[:len(theRuntime)-2]+", replicas: 0}\n")
			Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("False/NoRuntime"))
		}
		if !operatorRuns {
			op.stop()
		}
		for _, kind := range order {
			object := &unstructured.Unstructured{}
			object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
			remove(ctx, object, ns, kinds[kind])
			Expect(kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: kinds[kind]}, object)).NotTo(Succeed(), "%s waits for somebody", kind)
		}
		Expect(childrenOf(ctx, ns, "main")).NotTo(BeEmpty(), "those are the garbage collector's, and have no finalizer")
		if !operatorRuns {
			op = startOperator(nil, ns)
		}
		// The operator has seen it all when it tells of what is made now.
		apply(ctx, ns, anotherList)
		Eventually(condition(ctx, ns, "Worklist", "l2", "Programmed")).Should(Equal("False/NoRuntime"))
		for kind, name := range kinds {
			s, generation := status(ctx, ns, kind, name)
			Expect(generation).To(BeZero(), "%s is there again with %v", kind, s)
		}
	},
		Entry("the RoutingRuntime first", order, true, true),
		Entry("the RoutingRuntime last", backwards, true, true),
		Entry("while the operator is down", order, false, true),
		Entry("while the runtime is scaled to 0", backwards, true, false),
		Entry("while neither runs", backwards, false, false),
	)
})
