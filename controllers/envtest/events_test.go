package envtest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/notice"
	statuses "github.com/pullmode/operator/controllers/status"
)

var _ = Describe("the Events of a namespace", func() {
	It("tell each change for the worse and each recovery once, and what to do", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		apply(ctx, ns, everything)
		op := startOperator(nil, ns) // to which nothing is missing for a while: it finds all of it
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("False/NoRuntime"))
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		Eventually(told(ctx, ns)).Should(ConsistOf("RoutingRuntime/main Normal Ready"), "that all of it is ready is told once")

		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec: {type: FACEBOOK, serviceIdentifier: page, listRef: {name: l1}, secretRef: {name: missing}}
`)
		expected := []string{"RoutingRuntime/main Normal Ready", "Channel/page Warning SecretNotFound"}
		Eventually(told(ctx, ns)).Should(ConsistOf(expected))
		var list eventsv1.EventList
		Expect(kube.List(ctx, &list, client.InNamespace(ns))).To(Succeed())
		for _, e := range list.Items {
			if e.Type == "Warning" {
				Expect(e.Note).To(ContainSubstring("create it with"))
				Expect(e.Note).To(Equal(message(ctx, ns, "Channel", "page", "Ready")))
				Expect(e.Action).To(Equal("Program"))
			}
		}

		By("telling nothing more while nothing changes, nor over a restart")
		afterDrifts(p, 4, told(ctx, ns))
		op.stop()
		startOperator(nil, ns)
		afterDrifts(p, 4, told(ctx, ns))
		Expect(told(ctx, ns)()).To(ConsistOf(expected))

		By("telling that it is right again")
		apply(ctx, ns, theChannel)
		expected = append(expected, "Channel/page Normal Ready")
		Eventually(told(ctx, ns)).Should(ConsistOf(expected))

		By("telling one thing of a runtime that is silent, on the runtime")
		p.crash()
		expected = append(expected, "RoutingRuntime/main Warning RuntimeUnreachable")
		Eventually(condition(ctx, ns, "AgentSubscription", "agents", "Ready")).Should(HavePrefix("Unknown"))
		Eventually(told(ctx, ns)).Should(ConsistOf(expected))
		p.restart(ctx)
		allReady(ctx, ns)
		expected = append(expected, "RoutingRuntime/main Normal Ready")
		Eventually(told(ctx, ns)).Should(ContainElements(expected))
	})

	It("tell nothing of objects that become ready, however many", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op, _ := idle(ctx, ns, nil)
		Eventually(told(ctx, ns)).Should(ConsistOf("RoutingRuntime/main Normal Ready"))
		op.stop()
		createAll(ctx, many(ns, 200))
		startOperator(nil, ns)
		allProgrammed(ctx, ns)
		Expect(told(ctx, ns)()).To(ConsistOf("RoutingRuntime/main Normal Ready"))
	})

	It("are not one a channel when a Secret goes that hundreds name", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		idle(ctx, ns, nil)
		createAll(ctx, many(ns, 300))
		allProgrammed(ctx, ns)
		remove(ctx, &corev1.Secret{}, ns, "connector")
		for i := range 98 {
			Eventually(condition(ctx, ns, "Channel", fmt.Sprintf("c%d", i), "Ready")).Should(Equal("False/SecretNotFound"))
		}
		warnings := func() (n int) {
			for _, e := range told(ctx, ns)() {
				if strings.HasSuffix(e, "SecretNotFound") {
					n++
				}
			}
			return n
		}
		Eventually(warnings).Should(Equal(notice.Most))
	})

	It("tell once of what is wrong while the object goes on changing", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, strings.Replace(theRuntime, "spec: {", "spec: {tls: {secretRef: {name: public}}, ", 1))
		rt := &v1alpha1.RoutingRuntime{}
		rt.Namespace, rt.Name = ns, "main"
		for n := range 20 {
			patch := fmt.Sprintf(`{"spec":{"pod":{"annotations":{"example.com/turn":"%d"}}}}`, n)
			Expect(kube.Patch(ctx, rt, client.RawPatch(types.MergePatchType, []byte(patch)))).To(Succeed())
		}
		Eventually(func(g Gomega) {
			g.Expect(kube.Get(ctx, client.ObjectKeyFromObject(rt), rt)).To(Succeed())
			degraded := meta.FindStatusCondition(rt.Status.Conditions, string(v1alpha1.ConditionDegraded))
			g.Expect(degraded).NotTo(BeNil())
			g.Expect(degraded.ObservedGeneration).To(Equal(rt.Generation))
		}).Should(Succeed())
		Eventually(told(ctx, ns)).Should(ConsistOf("RoutingRuntime/main Warning NotApplied", "RoutingRuntime/main Warning SecretNotFound"))
	})

	It("tell it once also where a cache has not heard yet of what was written", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		apply(ctx, ns, theChannel)
		var channels v1alpha1.ChannelList
		Expect(kube.List(ctx, &channels, client.InNamespace(ns))).To(Succeed())
		behind := compile.Input{Channels: channels.Items}
		recorder := events.NewFakeRecorder(10)
		w := &statuses.Writer{Client: kube, Live: kube, Events: recorder, Now: func() time.Time { return time.Now().Add(statuses.Settling) }}
		for range 2 {
			_, err := w.Write(ctx, behind, compile.Compile(behind).Verdicts, statuses.Facts{})
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(recorder.Events).To(HaveLen(1))
	})

	It("tell of a part that is not applied, and of lists that drain", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		theirs := &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}
		theirs.Namespace, theirs.Name = ns, "main"
		Expect(kube.Create(ctx, theirs)).To(Succeed())
		apply(ctx, ns, everything)
		startOperator(nil, ns)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("False/NoRuntime"))
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		Eventually(told(ctx, ns)).Should(ConsistOf("RoutingRuntime/main Warning NotApplied", "RoutingRuntime/main Normal Ready"))
		Expect(kube.Delete(ctx, theirs)).To(Succeed())
		Eventually(told(ctx, ns)).Should(ContainElement("RoutingRuntime/main Normal Applied"))

		request := post(ctx, p)
		remove(ctx, &v1alpha1.Worklist{}, ns, "l1")
		Eventually(told(ctx, ns)).Should(ContainElement("RoutingRuntime/main Normal ListsDraining"))
		closeRequest(ctx, p, request)
		Eventually(told(ctx, ns)).Should(ContainElement("RoutingRuntime/main Normal Drained"))
	})
})

// told lists the Events of a namespace that the operator wrote, as "Kind/name Type
// Reason", as often as each was told.
func told(ctx context.Context, ns string) func() []string {
	return func() (all []string) {
		GinkgoHelper()
		var list eventsv1.EventList
		Expect(kube.List(ctx, &list, client.InNamespace(ns))).To(Succeed())
		for _, e := range list.Items {
			if e.ReportingController != "pullmode-operator" {
				continue
			}
			times := 1
			if e.Series != nil {
				times = int(e.Series.Count)
			}
			all = append(all, slices.Repeat([]string{fmt.Sprintf("%s/%s %s %s", e.Regarding.Kind, e.Regarding.Name, e.Type, e.Reason)}, times)...)
		}
		return all
	}
}
