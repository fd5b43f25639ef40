package envtest_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/api/v1alpha1"
)

// The objects of a small namespace.
const (
	theRuntime = `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec: {authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}}
`
	theDomain = `
apiVersion: pullmode.io/v1alpha1
kind: MediaRoutingDomain
metadata: {name: social}
spec: {displayName: Social media, maxRequests: 5, channelTypes: [FACEBOOK]}
`
	theList = `
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l1, labels: {team: social}}
spec:
  displayName: L1
`
	theSecret = `
apiVersion: v1
kind: Secret
metadata: {name: connector}
stringData: {key: a-key-of-the-connector}
`
	theChannel = `
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec: {type: FACEBOOK, serviceIdentifier: page, listRef: {name: l1}, secretRef: {name: connector}}
`
	theSubscription = `
apiVersion: pullmode.io/v1alpha1
kind: AgentSubscription
metadata: {name: agents}
spec: {agents: [alice], lists: {selector: {matchLabels: {team: social}}}}
`
	everything = theRuntime + "---" + theDomain + "---" + theList + "---" + theSecret + "---" + theChannel + "---" + theSubscription
)

// newNamespace makes a namespace that lets in restricted pods only.
func newNamespace(ctx context.Context) string {
	GinkgoHelper()
	ns := &corev1.Namespace{}
	ns.GenerateName = "test-"
	ns.Labels = map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}
	Expect(kube.Create(ctx, ns)).To(Succeed())
	return ns.Name
}

// apply applies YAML server-side, as a person does.
func apply(ctx context.Context, namespace, documents string) {
	GinkgoHelper()
	for _, document := range strings.Split(documents, "---") {
		object := &unstructured.Unstructured{}
		Expect(yaml.Unmarshal([]byte(document), &object.Object)).To(Succeed())
		object.SetNamespace(namespace)
		Expect(kube.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("person"), client.ForceOwnership)).To(Succeed())
	}
}

// remove deletes an object.
func remove(ctx context.Context, object client.Object, namespace, name string) {
	GinkgoHelper()
	object.SetNamespace(namespace)
	object.SetName(name)
	Expect(kube.Delete(ctx, object)).To(Succeed())
}

// kinds are the objects of the small namespace.
var kinds = map[string]string{
	"RoutingRuntime": "main", "MediaRoutingDomain": "social", "Worklist": "l1", "Channel": "page", "AgentSubscription": "agents",
}

// status reads the common status of an object, and its generation.
func status(ctx context.Context, namespace, kind, name string) (v1alpha1.ObjectStatus, int64) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
	if err := kube.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, object); err != nil {
		return v1alpha1.ObjectStatus{}, 0
	}
	var typed struct{ Status v1alpha1.ObjectStatus }
	b, err := yaml.Marshal(object.Object)
	Expect(err).NotTo(HaveOccurred())
	Expect(yaml.Unmarshal(b, &typed)).To(Succeed())
	return typed.Status, object.GetGeneration()
}

// condition reads one condition of an object's present generation as
// "True/Programmed"; "" while there is none.
func condition(ctx context.Context, namespace, kind, name, conditionType string) func() string {
	return func() string {
		s, generation := status(ctx, namespace, kind, name)
		c := meta.FindStatusCondition(s.Conditions, conditionType)
		if c == nil || c.ObservedGeneration != generation || s.ObservedGeneration != generation {
			return ""
		}
		return fmt.Sprintf("%s/%s", c.Status, c.Reason)
	}
}

// message is that of a condition.
func message(ctx context.Context, namespace, kind, name, conditionType string) string {
	s, _ := status(ctx, namespace, kind, name)
	c := meta.FindStatusCondition(s.Conditions, conditionType)
	if c == nil {
		return ""
	}
	return c.Message
}

// allReady waits until every object of the small namespace is Ready.
func allReady(ctx context.Context, namespace string) {
	GinkgoHelper()
	for kind, name := range kinds {
		Eventually(condition(ctx, namespace, kind, name, "Ready")).Should(Equal("True/Ready"), "%s %s", kind, name)
	}
	applied(ctx, namespace)
}

// applied waits until the RoutingRuntime main has its children. It can be Ready
// before that here, where a pod needs no StatefulSet.
func applied(ctx context.Context, namespace string) {
	GinkgoHelper()
	Eventually(func() string { return runtimeStatus(ctx, namespace).Address }).ShouldNot(BeEmpty(), "what is told after the last child")
}

// runtimeStatus reads the status of the RoutingRuntime main.
func runtimeStatus(ctx context.Context, namespace string) v1alpha1.RoutingRuntimeStatus {
	GinkgoHelper()
	var rt v1alpha1.RoutingRuntime
	Expect(kube.Get(ctx, types.NamespacedName{Namespace: namespace, Name: "main"}, &rt)).To(Succeed())
	return rt.Status
}

// programmedOf watches the Worklist l1. What it returns ends the watch, and gives
// every Programmed that there was until now, as "True/Programmed".
func programmedOf(ctx context.Context, namespace string) func() []string {
	GinkgoHelper()
	watcher, err := client.NewWithWatch(config, client.Options{Scheme: kube.Scheme()})
	Expect(err).NotTo(HaveOccurred())
	watch, err := watcher.Watch(ctx, &v1alpha1.WorklistList{}, client.InNamespace(namespace))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(watch.Stop)
	return func() (seen []string) {
		GinkgoHelper()
		var last v1alpha1.Worklist
		Expect(kube.Get(ctx, types.NamespacedName{Namespace: namespace, Name: "l1"}, &last)).To(Succeed())
		for event := range watch.ResultChan() {
			list := event.Object.(*v1alpha1.Worklist)
			if c := meta.FindStatusCondition(list.Status.Conditions, "Programmed"); c != nil {
				seen = append(seen, fmt.Sprintf("%s/%s", c.Status, c.Reason))
			}
			if list.ResourceVersion == last.ResourceVersion {
				break
			}
		}
		return seen
	}
}
