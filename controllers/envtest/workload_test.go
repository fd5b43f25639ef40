package envtest_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// replicated is a RoutingRuntime with everything that can be said of its pods.
const replicated = `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec:
  authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}
  replicas: 3
  storage: {etcd: {endpoints: ["https://etcd-0:2379", "https://etcd-1:2379"], tlsSecretRef: {name: web}}}
  service: {type: LoadBalancer, annotations: {lb.example.com/subnet: inner}}
  tls: {secretRef: {name: web}}
  ingress: {className: nginx, host: routing.example.com, annotations: {a.example/b: c}, tlsSecretRef: {name: outside}}
  resources: {requests: {cpu: "0.5", memory: 1Gi}}
  pod:
    labels: {team: care}
    annotations: {example.com/owner: care}
    nodeSelector: {disk: fast}
    affinity:
      nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]}}
      podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: zone, labelSelector: {}}}]}
    tolerations: [{key: dedicated, operator: Equal, value: care, effect: NoSchedule}, {operator: Exists, effect: NoExecute, tolerationSeconds: 30}]
    topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]
    imagePullSecrets: [{name: registry}]
    priorityClassName: high
`

// certificate is the data of a Secret of type kubernetes.io/tls, and an authority.
func certificate() map[string][]byte {
	GinkgoHelper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	Expect(err).NotTo(HaveOccurred())
	private, err := x509.MarshalPKCS8PrivateKey(key)
	Expect(err).NotTo(HaveOccurred())
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return map[string][]byte{"tls.crt": cert, "ca.crt": cert, "tls.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})}
}

func createSecret(ctx context.Context, namespace, name string, data map[string][]byte) {
	GinkgoHelper()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Data: data}
	Expect(kube.Create(ctx, secret)).To(Succeed())
}

// present reads the object named main into one of a kind, and tells whether it is there.
func present(ctx context.Context, namespace string, into client.Object) bool {
	GinkgoHelper()
	err := kube.Get(ctx, types.NamespacedName{Namespace: namespace, Name: "main"}, into)
	Expect(client.IgnoreNotFound(err)).To(Succeed())
	return err == nil
}

// servicePorts are those at which clients reach the runtime.
func servicePorts(ctx context.Context, namespace string) func() []int32 {
	return func() (ports []int32) {
		var service corev1.Service
		present(ctx, namespace, &service)
		for _, p := range service.Spec.Ports {
			ports = append(ports, p.Port)
		}
		return ports
	}
}

var _ = Describe("a RoutingRuntime over an etcd", func() {
	It("has a Deployment with all that its pods carry, and is written to once", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		createSecret(ctx, ns, "web", certificate())
		// Without drift checks: where pods are missing, the RoutingRuntime would tell for a
		// while that it is Degraded, and take it back when this operator is gone.
		op := startOperator(eventsOnly, ns)
		apply(ctx, ns, replicated)
		Eventually(func() []string { return childrenOf(ctx, ns, "main") }).Should(ConsistOf(
			"Deployment/main", "Ingress/main", "NetworkPolicy/main", "PodDisruptionBudget/main", "Service/main", "Service/main-replicas", "ServiceAccount/main",
			"Secret/main-admin-ca", "Secret/main-admin-client", "Secret/main-admin-server",
		))
		Eventually(func() string { return runtimeStatus(ctx, ns).Selector }).Should(Equal("app.kubernetes.io/instance=main,app.kubernetes.io/name=pullmode-runtime"))
		Expect(runtimeStatus(ctx, ns).Address).To(Equal("https://main." + ns + ".svc"))
		Expect(runtimeStatus(ctx, ns).ExternalAddress).To(Equal("https://routing.example.com"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "ResolvedRefs")).Should(Equal("True/ResolvedRefs"))
		Expect(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")()).To(BeEmpty())

		var d appsv1.Deployment
		Expect(present(ctx, ns, &d)).To(BeTrue())
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main-x"}, Spec: *d.Spec.Template.Spec.DeepCopy()}
		p.Spec.PriorityClassName = "" // there is none of this name here
		Expect(kube.Create(ctx, p, client.DryRunAll)).To(Succeed(), "restricted pods are let in")

		d.Status.Replicas = 2
		Expect(kube.Status().Update(ctx, &d)).To(Succeed())
		Eventually(func() int32 { return runtimeStatus(ctx, ns).CurrentReplicas }).Should(Equal(int32(2)))

		d.Status.Conditions = []appsv1.DeploymentCondition{{
			Type: appsv1.DeploymentReplicaFailure, Status: corev1.ConditionTrue, Message: "exceeded quota: small",
		}}
		Expect(kube.Status().Update(ctx, &d)).To(Succeed())
		Eventually(func() string { return message(ctx, ns, "RoutingRuntime", "main", "Degraded") }).Should(And(
			HavePrefix("Deployment main cannot make its pods (exceeded quota: small): write less into"), HaveSuffix("raised."),
		))
		d.Status.Conditions = nil
		Expect(kube.Status().Update(ctx, &d)).To(Succeed())
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(BeEmpty())

		op.stop()
		op = startOperator(eventsOnly, ns)
		remove(ctx, &corev1.Service{}, ns, "main-replicas")
		Eventually(op.writes.seen).ShouldNot(BeEmpty())
		Eventually(func() []string { return childrenOf(ctx, ns, "main") }).Should(ContainElement("Service/main-replicas"))
		Expect(op.writes.seen()).To(HaveEach(HaveSuffix("/services/main-replicas")), "everything else is as it was")
	})

	It("is scaled without another template, so that no pod restarts for it", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec:
  authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}
  storage: {etcd: {endpoints: ["https://etcd:2379"]}}
`)
		var d appsv1.Deployment
		Eventually(func() bool { return present(ctx, ns, &d) }).Should(BeTrue())
		template := d.Spec.Template
		rt := runtimeOf(ctx, ns)
		Expect(kube.Patch(ctx, rt, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"replicas":4}}`)))).To(Succeed())
		Eventually(func() int32 {
			present(ctx, ns, &d)
			return *d.Spec.Replicas
		}).Should(Equal(int32(4)))
		Expect(d.Spec.Template).To(Equal(template))
	})
})

var _ = Describe("a RoutingRuntime with TLS", func() {
	withTLS := func(secret, more string) string {
		return theRuntime[:len(theRuntime)-2] + ", tls: {secretRef: {name: " + secret + "}}" + more + "}\n"
	}

	It("waits for its Secret, and says so", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, withTLS("web", ""))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "ResolvedRefs")).Should(Equal("False/SecretNotFound"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(Equal("True/NotApplied"))
		Expect(message(ctx, ns, "RoutingRuntime", "main", "Degraded")).To(ContainSubstring("No Secret web exists: create it with tls.crt and tls.key"))
		Expect(present(ctx, ns, &appsv1.StatefulSet{})).To(BeFalse())

		createSecret(ctx, ns, "web", certificate())
		Eventually(func() bool { return present(ctx, ns, &appsv1.StatefulSet{}) }).Should(BeTrue())
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(BeEmpty())
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "ResolvedRefs")).Should(Equal("True/ResolvedRefs"))
	})

	It("goes on as it runs while the Secret of its next form is missing or of no use", func(ctx SpecContext) {
		ns, p := served(ctx)
		var set appsv1.StatefulSet
		Expect(present(ctx, ns, &set)).To(BeTrue())
		before := set.Spec.Template

		half := certificate()
		delete(half, "tls.key")
		createSecret(ctx, ns, "web", half)
		apply(ctx, ns, withTLS("web", ", retention: {closed: 48h}"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "ResolvedRefs")).Should(Equal("False/SecretKeyMissing"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(Equal("True/NotApplied"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Programmed")).Should(Equal("True/Programmed"))
		Expect(time.Duration(p.replica.Snapshot().Retention.Closed)).To(Equal(48*time.Hour), "what is served follows")
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(condition(ctx, ns, "Worklist", "l1", "Programmed")).Should(Equal("True/Programmed"))

		Expect(present(ctx, ns, &set)).To(BeTrue())
		Expect(set.Spec.Template).To(Equal(before), "pods go on")
		Expect(servicePorts(ctx, ns)()).To(Equal([]int32{80}), "and are found where they were")
		Expect(runtimeStatus(ctx, ns).Address).To(HavePrefix("http://"))

		apply(ctx, ns, withTLS("web", ", replicas: 0"))
		Eventually(func() int32 {
			present(ctx, ns, &set)
			return *set.Spec.Replicas
		}).Should(BeZero(), "it can be stopped all the same")

		var secret corev1.Secret
		Expect(kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: "web"}, &secret)).To(Succeed())
		secret.Data = certificate()
		Expect(kube.Update(ctx, &secret)).To(Succeed())
		Eventually(servicePorts(ctx, ns)).Should(Equal([]int32{443}), "the port of a live Service changes")
		Eventually(func() []string {
			present(ctx, ns, &set)
			return set.Spec.Template.Spec.Containers[0].Args
		}).Should(ContainElement("--tls-dir=/public-tls"))
		Eventually(func() string { return runtimeStatus(ctx, ns).Address }).Should(HavePrefix("https://"))
	})
})

var _ = Describe("an Ingress of a RoutingRuntime", func() {
	withIngress := func(host string) string {
		return theRuntime[:len(theRuntime)-2] + ", ingress: {host: " + host + "}}\n"
	}

	It("comes, changes and goes with what is wanted", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		var in networkingv1.Ingress
		hosts := func() []string {
			if !present(ctx, ns, &in) {
				return nil
			}
			return []string{in.Spec.Rules[0].Host}
		}
		apply(ctx, ns, withIngress("a.example"))
		Eventually(hosts).Should(ConsistOf("a.example"))
		apply(ctx, ns, withIngress("b.example"))
		Eventually(hosts).Should(ConsistOf("b.example"))
		Eventually(func() string { return runtimeStatus(ctx, ns).ExternalAddress }).Should(Equal("http://b.example"))
		apply(ctx, ns, theRuntime)
		Eventually(hosts).Should(BeEmpty())
		Eventually(func() string { return runtimeStatus(ctx, ns).ExternalAddress }).Should(BeEmpty())
	})

	It("of somebody else is neither taken over nor deleted", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		theirs := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{
			Namespace: ns, Name: "main",
			Labels: map[string]string{"app.kubernetes.io/managed-by": "pullmode-operator", "app.kubernetes.io/name": "pullmode-runtime"},
		}, Spec: networkingv1.IngressSpec{Rules: []networkingv1.IngressRule{{Host: "theirs.example"}}}}
		Expect(kube.Create(ctx, theirs)).To(Succeed())
		op := startOperator(nil, ns)
		apply(ctx, ns, withIngress("a.example"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(Equal("True/NotApplied"))
		Expect(message(ctx, ns, "RoutingRuntime", "main", "Degraded")).To(ContainSubstring("Ingress main exists already"))
		apply(ctx, ns, theRuntime)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(BeEmpty())
		Expect(op.writes.seen()).NotTo(ContainElement(HavePrefix("DELETE ")))
		Expect(kube.Get(ctx, client.ObjectKeyFromObject(theirs), theirs)).To(Succeed())
		Expect(theirs.Spec.Rules[0].Host).To(Equal("theirs.example"))
	})
})

var _ = Describe("what Kubernetes refuses of a RoutingRuntime", func() {
	It("is told in Kubernetes' words, with what to do, and the rest is there", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "small"}}
		quota.Spec.Hard = corev1.ResourceList{"count/statefulsets.apps": quantity("0")}
		Expect(kube.Create(ctx, quota)).To(Succeed())
		quota.Status = corev1.ResourceQuotaStatus{Hard: quota.Spec.Hard, Used: corev1.ResourceList{"count/statefulsets.apps": quantity("0")}}
		Expect(kube.Status().Update(ctx, quota)).To(Succeed())

		startOperator(nil, ns)
		apply(ctx, ns, theRuntime)
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(Equal("True/NotApplied"))
		Eventually(func() string { return message(ctx, ns, "RoutingRuntime", "main", "Degraded") }).Should(And(
			HavePrefix("StatefulSet main cannot be made what it should be"), ContainSubstring("exceeded quota: small"),
			HaveSuffix("or have the quota of the namespace raised."),
		))
		Expect(childrenOf(ctx, ns, "main")).To(ContainElement("Service/main"))
		Expect(kube.Delete(ctx, quota)).To(Succeed())
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(BeEmpty())
		Expect(apierrors.IsNotFound(kube.Get(ctx, types.NamespacedName{Namespace: ns, Name: "main"}, &appsv1.StatefulSet{}))).To(BeFalse())
	})
})
