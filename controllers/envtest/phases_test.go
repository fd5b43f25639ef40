package envtest_test

import (
	"context"
	"maps"
	"net/http"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// everythingChanged is the small namespace with a new generation of every kind.
const everythingChanged = `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec: {authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}, transferTimeout: 2m}
---
apiVersion: pullmode.io/v1alpha1
kind: MediaRoutingDomain
metadata: {name: social}
spec: {displayName: Social media, maxRequests: 6, channelTypes: [FACEBOOK]}
---` + theList + `  description: changed
---
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec: {type: FACEBOOK, serviceIdentifier: page, anonymousName: Somebody, listRef: {name: l1}, secretRef: {name: connector}}
---
apiVersion: pullmode.io/v1alpha1
kind: AgentSubscription
metadata: {name: agents}
spec: {agents: [alice, bob], lists: {selector: {matchLabels: {team: social}}}}
`

// only is the small namespace's objects of some kinds.
func only(wanted ...string) map[string]string {
	objects := maps.Clone(kinds)
	maps.DeleteFunc(objects, func(kind, _ string) bool { return !slices.Contains(wanted, kind) })
	return objects
}

// reach waits until Ready of every object is as told, as "False/Pending".
func reach(ctx context.Context, namespace, ready string, objects map[string]string) {
	GinkgoHelper()
	for kind, name := range objects {
		Eventually(condition(ctx, namespace, kind, name, "Ready")).Should(Equal(ready), "%s %s", kind, name)
	}
}

// Every phase that an object can be in, as GitOps tools see it.
var _ = Describe("the phases of objects", func() {
	It("begin with a status that nobody takes for a healthy one", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		apply(ctx, ns, everything)
		record(ctx, ns, "created", kinds)

		op := startOperator(nil, ns)
		reach(ctx, ns, "False/NoRuntime", kinds)
		record(ctx, ns, "without-pods", kinds)

		startPod(ctx, ns, "main")
		allReady(ctx, ns)
		record(ctx, ns, "programmed", kinds)

		op.stop()
		apply(ctx, ns, everythingChanged)
		record(ctx, ns, "changed", kinds)
	})

	It("tell that a change is under way, and what holds it up", func(ctx SpecContext) {
		ns, p := served(ctx)
		net.route(p.admin(), taking(ctx, p, func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "the store has no leader", http.StatusServiceUnavailable)
		}))
		apply(ctx, ns, everythingChanged)
		reach(ctx, ns, "False/Pending", kinds)
		record(ctx, ns, "pending", kinds)
	})

	It("tell what the runtime refuses", func(ctx SpecContext) {
		ns, p := served(ctx)
		net.route(p.admin(), refusing(ctx, p, snapshot.Problem{Kind: snapshot.KindList, Name: "l1", Message: "close policy \"Admins\" is not known here"}))
		apply(ctx, ns, theList+"  closePolicy: Admins\n")
		reach(ctx, ns, "False/Rejected", only("Worklist"))
		record(ctx, ns, "rejected", only("Worklist"))
	})

	It("tell that nobody knows", func(ctx SpecContext) {
		ns, p := served(ctx)
		p.crash()
		reach(ctx, ns, "Unknown/RuntimeUnreachable", kinds)
		record(ctx, ns, "unreachable", kinds)
	})

	It("stay as they were while a pod restarts, but for the runtime", func(ctx SpecContext) {
		ns, p := served(ctx)
		p.publish(ctx, false)
		p.crash()
		reach(ctx, ns, "False/NotReady", only("RoutingRuntime"))
		record(ctx, ns, "restarting", kinds)
	})

	It("tell that the service is stopped, and that there is none", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, everything)
		startPod(ctx, ns, "main")
		allReady(ctx, ns)
		apply(ctx, ns, theRuntime+"---"+`
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec: {replicas: 0, authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}}
`)
		reach(ctx, ns, "False/NoRuntime", kinds)
		record(ctx, ns, "stopped", kinds)

		remove(ctx, &v1alpha1.RoutingRuntime{}, ns, "main")
		others := only("MediaRoutingDomain", "Worklist", "Channel", "AgentSubscription")
		for kind, name := range others {
			Eventually(func() string { return message(ctx, ns, kind, name, "Ready") }).Should(ContainSubstring("create a RoutingRuntime"))
		}
		record(ctx, ns, "unserved", others)
	})

	It("tell what an object waits for", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, theDomain+`---
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec:
  authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}
  eventSink: {url: "https://audit.example.com/events", secretRef: {name: signing}}
---
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l1, labels: {team: social}}
spec: {displayName: L1, deletionPolicy: {type: Transfer, transferTo: l2}}
---`+theChannel+`---
apiVersion: pullmode.io/v1alpha1
kind: AgentSubscription
metadata: {name: agents}
spec: {agents: [alice], lists: {names: [l1, l2]}}
`)
		reach(ctx, ns, "False/SecretNotFound", only("RoutingRuntime", "Channel"))
		reach(ctx, ns, "False/ListNotFound", only("Worklist", "AgentSubscription"))
		record(ctx, ns, "waiting", only("RoutingRuntime", "Worklist", "Channel", "AgentSubscription"))
	})

	It("tell that only the object itself can be corrected", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, theInvalid)
		underEarlierSchema(ctx, ns, theOutdated)
		reach(ctx, ns, "False/ImpossibleTimes", only("Worklist"))
		reach(ctx, ns, "False/Invalid", only("RoutingRuntime", "MediaRoutingDomain", "Channel", "AgentSubscription"))
		record(ctx, ns, "invalid", kinds)
	})

	It("tell that another object is in the way", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, everything)
		startPod(ctx, ns, "main")
		allReady(ctx, ns)
		apply(ctx, ns, theConflicts)
		second := map[string]string{"RoutingRuntime": "second", "MediaRoutingDomain": "voice", "Channel": "second"}
		greedy := map[string]string{"AgentSubscription": "second"}
		reach(ctx, ns, "False/Conflict", second)
		reach(ctx, ns, "False/CapacityAboveLimit", greedy)
		maps.Copy(second, greedy)
		record(ctx, ns, "in-the-way", second)
	})

	It("tell what works and is worth a look", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, theRuntime+"---"+theList+"---"+`
apiVersion: pullmode.io/v1alpha1
kind: AgentSubscription
metadata: {name: agents}
spec: {agents: [alice], lists: {selector: {matchLabels: {team: none}}}}
`)
		startPod(ctx, ns, "main")
		reach(ctx, ns, "True/NoAgentSubscription", only("Worklist"))
		reach(ctx, ns, "True/NoListSelected", only("AgentSubscription"))
		record(ctx, ns, "warned", only("Worklist", "AgentSubscription"))
	})

	It("tell that a part of the runtime could not be brought up to date", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		theirs := &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}
		theirs.Namespace, theirs.Name = ns, "main"
		Expect(kube.Create(ctx, theirs)).To(Succeed())
		startOperator(nil, ns)
		apply(ctx, ns, everything)
		startPod(ctx, ns, "main")
		allReady(ctx, ns)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(Equal("True/NotApplied"))
		record(ctx, ns, "degraded", only("RoutingRuntime"))
	})

	It("tell that a part of the runtime cannot be made", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		fullQuota(ctx, ns)
		startOperator(nil, ns)
		apply(ctx, ns, theRuntime)
		Eventually(func() string { return message(ctx, ns, "RoutingRuntime", "main", "Ready") }).Should(ContainSubstring("see the condition Degraded"))
		record(ctx, ns, "blocked", only("RoutingRuntime"))
	})

	It("tell that a deleted list drains", func(ctx SpecContext) {
		ns, p := served(ctx)
		post(ctx, p)
		remove(ctx, &v1alpha1.Worklist{}, ns, "l1")
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Draining")).Should(Equal("True/ListsDraining"))
		Eventually(func() *metav1.Time { return runtimeStatus(ctx, ns).Draining[0].Since }).ShouldNot(BeNil())
		reach(ctx, ns, "True/Ready", only("RoutingRuntime"))
		reach(ctx, ns, "False/ListNotFound", only("Channel"))
		record(ctx, ns, "draining", only("RoutingRuntime", "Channel"))
	})

	It("end while somebody else's finalizer still holds the objects", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, everything)
		startPod(ctx, ns, "main")
		allReady(ctx, ns)
		hold := func(ctx context.Context, finalize func(client.Object, string) bool) {
			for kind, name := range kinds {
				object := &unstructured.Unstructured{}
				object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
				Eventually(func() error {
					if err := kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: name}, object); err != nil {
						return err
					}
					finalize(object, "example.com/theirs")
					return kube.Update(ctx, object)
				}).Should(Succeed())
			}
		}
		hold(ctx, controllerutil.AddFinalizer)
		DeferCleanup(func(ctx SpecContext) { hold(ctx, controllerutil.RemoveFinalizer) })
		for kind, name := range kinds {
			object := &unstructured.Unstructured{}
			object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
			remove(ctx, object, ns, name)
		}
		reach(ctx, ns, "False/Deleting", kinds)
		// The runtime is gone for the others, too, and each write of that follows a read.
		for kind, name := range kinds {
			Eventually(condition(ctx, ns, kind, name, "Programmed")).Should(Equal("False/NoRuntime"), kind)
		}
		record(ctx, ns, "deleting", kinds)
	})
})
