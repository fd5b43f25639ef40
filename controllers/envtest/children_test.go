package envtest_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/pullmode/operator/controllers/operator"
	"github.com/pullmode/operator/controllers/secrets"
	"github.com/pullmode/operator/controllers/workload"
)

// childKinds has an empty object of every kind that a RoutingRuntime owns.
var childKinds = map[string]client.Object{
	"StatefulSet": &appsv1.StatefulSet{}, "Deployment": &appsv1.Deployment{}, "Ingress": &networkingv1.Ingress{}, "Service": &corev1.Service{}, "ServiceAccount": &corev1.ServiceAccount{},
	"Secret": &corev1.Secret{}, "PodDisruptionBudget": &policyv1.PodDisruptionBudget{}, "NetworkPolicy": &networkingv1.NetworkPolicy{},
}

// childrenOf lists what a RoutingRuntime owns, by kind and name.
func childrenOf(ctx context.Context, namespace, owner string) []string {
	GinkgoHelper()
	var names []string
	for kind, list := range map[string]client.ObjectList{
		"StatefulSet": &appsv1.StatefulSetList{}, "Deployment": &appsv1.DeploymentList{}, "Ingress": &networkingv1.IngressList{}, "Service": &corev1.ServiceList{}, "ServiceAccount": &corev1.ServiceAccountList{},
		"Secret": &corev1.SecretList{}, "PodDisruptionBudget": &policyv1.PodDisruptionBudgetList{}, "NetworkPolicy": &networkingv1.NetworkPolicyList{},
	} {
		Expect(kube.List(ctx, list, client.InNamespace(namespace))).To(Succeed())
		Expect(meta.EachListItem(list, func(o runtime.Object) error {
			child := o.(client.Object)
			if c := metav1.GetControllerOf(child); c != nil && c.Name == owner {
				Expect(child.GetFinalizers()).To(BeEmpty())
				names = append(names, kind+"/"+child.GetName())
			}
			return nil
		})).To(Succeed())
	}
	return names
}

var _ = Describe("a RoutingRuntime's children", func() {
	all := []string{
		"NetworkPolicy/main", "PodDisruptionBudget/main", "Secret/main-admin-ca", "Secret/main-admin-client", "Secret/main-admin-server",
		"Service/main", "Service/main-replicas", "ServiceAccount/main", "StatefulSet/main",
	}

	It("are there, and let restricted pods in", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, theRuntime)
		Eventually(func() []string { return childrenOf(ctx, ns, "main") }).Should(ConsistOf(all))

		var set appsv1.StatefulSet
		Expect(kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: "main"}, &set)).To(Succeed())
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main-0"}, Spec: set.Spec.Template.Spec}
		p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: "data", VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-main-0"},
		}})
		Expect(kube.Create(ctx, p, client.DryRunAll)).To(Succeed())
		p = p.DeepCopy()
		p.ResourceVersion, p.Spec.SecurityContext = "", nil
		Expect(kube.Create(ctx, p, client.DryRunAll)).To(MatchError(ContainSubstring("PodSecurity")), "the namespace lets everything in")
	})

	It("are put right when somebody changes or deletes them, and only they", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op := startOperator(nil, ns)
		apply(ctx, ns, theRuntime)
		Eventually(func() []string { return childrenOf(ctx, ns, "main") }).Should(ConsistOf(all))
		key := types.NamespacedName{Namespace: ns, Name: "main"}
		var set appsv1.StatefulSet
		Expect(kube.Get(ctx, key, &set)).To(Succeed())
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Programmed")).Should(Equal("False/NoRuntime"))
		Eventually(func() string { return runtimeStatus(ctx, ns).Address }).ShouldNot(BeEmpty())
		op.writes.reset()

		set.Spec.Replicas = ptr.To[int32](3)
		set.Spec.Template.Labels["theirs"] = "stays"
		Expect(kube.Update(ctx, &set)).To(Succeed())
		Eventually(func() int32 {
			Expect(kube.Get(ctx, key, &set)).To(Succeed())
			return *set.Spec.Replicas
		}).Should(Equal(int32(1)))
		Expect(set.Spec.Template.Labels).To(HaveKeyWithValue("theirs", "stays"))
		Expect(op.writes.seen()).To(HaveEach(ContainSubstring("/statefulsets/")))

		remove(ctx, &corev1.Service{}, ns, "main")
		Eventually(func() []string { return childrenOf(ctx, ns, "main") }).Should(ConsistOf(all))
	})

	It("follow a change of the spec, and drop what is no longer said", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		resources := func() corev1.ResourceList {
			var set appsv1.StatefulSet
			if err := kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: "main"}, &set); err != nil {
				return nil
			}
			return set.Spec.Template.Spec.Containers[0].Resources.Requests
		}
		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec:
  authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}
  resources: {requests: {cpu: 100m}}
`)
		Eventually(resources).Should(HaveKey(corev1.ResourceCPU))
		apply(ctx, ns, theRuntime)
		Eventually(resources).ShouldNot(HaveKey(corev1.ResourceCPU))
	})

	It("take nothing over that belongs to somebody else, and say so while it is so", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		theirs := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main"}, Spec: corev1.ServiceSpec{
			Selector: map[string]string{"app": "theirs"}, Ports: []corev1.ServicePort{{Port: 80}},
		}}
		Expect(kube.Create(ctx, theirs)).To(Succeed())
		startOperator(nil, ns)
		apply(ctx, ns, theRuntime)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(Equal("True/NotApplied"))
		Expect(message(ctx, ns, "RoutingRuntime", "main", "Degraded")).To(ContainSubstring("Service main exists already"))
		Expect(kube.Get(ctx, client.ObjectKeyFromObject(theirs), theirs)).To(Succeed())
		Expect(theirs.Spec.Selector).To(Equal(map[string]string{"app": "theirs"}))
		Expect(childrenOf(ctx, ns, "main")).To(ContainElement("StatefulSet/main"), "the others are there")

		Expect(kube.Delete(ctx, theirs)).To(Succeed())
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(BeEmpty())
		Expect(childrenOf(ctx, ns, "main")).To(ConsistOf(all))
	})

	It("have certificates that are renewed in time, and the connection stays", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		// The certificates were made two thirds of their 90 days ago.
		op := startOperator(func(o *operator.Options) {
			o.Now = func() time.Time { return time.Now().Add(-61 * 24 * time.Hour) }
		}, ns)
		apply(ctx, ns, everything)
		startPod(ctx, ns, "main")
		allReady(ctx, ns)
		leaf := func() string {
			var secret corev1.Secret
			Expect(kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: workload.ClientSecretName("main")}, &secret)).To(Succeed())
			return string(secret.Data[corev1.TLSCertKey])
		}
		before := leaf()
		op.stop()

		startOperator(nil, ns)
		Eventually(leaf).ShouldNot(Equal(before))
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))
	})

	It("are looked at again when the first certificate is to be renewed", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		apply(ctx, ns, theRuntime)
		r := &workload.Reconciler{
			Client: kube, Live: kube, Secrets: secrets.NewReader(kube, kube), Now: time.Now,
			Options: workload.Options{Image: "example.com/pullmode:test"},
		}
		result, err := r.Reconcile(ctx, reconcile.Request{NamespacedName: types.NamespacedName{Namespace: ns, Name: "main"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(result.RequeueAfter).To(And(BeNumerically(">", 59*24*time.Hour), BeNumerically("<=", 60*24*time.Hour)), "two thirds of 90 days")
	})

	// A certificate is made at random: of two operators that both found none, one
	// must take what the other has made, or pods are left with the loser's.
	It("have the certificates of one operator, also where two make them at once", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		late, release, wrote := make(chan struct{}), make(chan struct{}), make(chan struct{})
		DeferCleanup(sync.OnceFunc(func() { close(release) }))
		read, write := sync.OnceFunc(func() { close(late); <-release }), sync.OnceFunc(func() { close(wrote) })
		startWriting(&writes{hold: func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
			res, err := next.RoundTrip(req)
			switch {
			case req.Method == http.MethodGet && strings.HasSuffix(req.URL.Path, "/secrets/main-admin-ca"):
				read() // it has been told that there is none
			case req.Method != http.MethodGet && strings.Contains(req.URL.Path, "/secrets"):
				write()
			}
			return res, err
		}}, nil, ns)
		apply(ctx, ns, theRuntime)
		Eventually(late).Should(BeClosed())

		startOperator(nil, ns)
		Eventually(func() []string { return childrenOf(ctx, ns, "main") }).Should(ConsistOf(all))
		authority := func() string {
			var secret corev1.Secret
			Expect(kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: workload.AuthoritySecretName("main")}, &secret)).To(Succeed())
			return string(secret.Data[corev1.TLSCertKey])
		}
		before := authority()
		release <- struct{}{}
		Eventually(wrote).Should(BeClosed())
		Expect(authority()).To(Equal(before))
		Expect(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")()).To(BeEmpty())
	})
})
