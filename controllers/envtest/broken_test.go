package envtest_test

import (
	"cmp"
	"context"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/pullmode/operator/controllers/workload"
)

// setup is a namespace in which something is wrong.
type setup struct {
	// documents are what somebody applied, and prepare is what else is there.
	documents string
	prepare   func(ctx context.Context, namespace string)
	// pod is whether the runtime's pod runs, and silentAfter is the pod's, if it matters.
	pod         bool
	silentAfter time.Duration

	// object is what they look at, as kind/name; reason is in its line of kubectl get
	// pullmode, and sentence is all that kubectl describe says of it.
	object, reason, sentence string
}

// broken are setups that somebody gets wrong sooner or later. Whoever changes a
// sentence judges it as one who sees this product for the first time: it says
// what is wrong and what to do.
var broken = map[string]setup{
	"a Channel names a list that is not there": {
		documents: theRuntime + "---" + theDomain + "---" + theSecret + "---" + theChannel, pod: true,
		object: "channel/page", reason: "ListNotFound",
		sentence: "No Worklist l1 exists: create it, or correct spec.listRef.name.",
	},
	"the Secret of a Channel is missing": {
		documents: theRuntime + "---" + theDomain + "---" + theList + "---" + theChannel, pod: true,
		object: "channel/page", reason: "SecretNotFound",
		sentence: `No Secret connector exists: create it with the connector's key under "key", or correct spec.secretRef.name.`,
	},
	"the Secret has the connector's key under another name": {
		documents: theRuntime + "---" + theDomain + "---" + theList + "---" + theChannel + "---" + strings.Replace(theSecret, "key:", "token:", 1), pod: true,
		object: "channel/page", reason: "SecretKeyMissing",
		sentence: `Secret connector has nothing under "key": put the connector's key there, or correct spec.secretRef.key.`,
	},
	"the connector's key can be guessed": {
		documents: theRuntime + "---" + theDomain + "---" + theList + "---" + theChannel + "---" + strings.Replace(theSecret, "a-key-of-the-connector", "guess", 1), pod: true,
		object: "channel/page", reason: "SecretKeyInvalid",
		sentence: `Secret connector cannot be used with what it has under "key": the key has 5 characters; use at least 16 random ones.`,
	},
	"the type of a Channel belongs to no domain": {
		documents: theRuntime + "---" + theDomain + "---" + theList + "---" + theSecret + "---" + strings.Replace(theChannel, "FACEBOOK", "WHATSAPP", 1), pod: true,
		object: "channel/page", reason: "MediaRoutingDomainNotFound",
		sentence: "No MediaRoutingDomain has the type WHATSAPP (the types that exist are FACEBOOK): add it to the channelTypes of one, or correct spec.type.",
	},
	"two Channels are the same page": {
		documents: everything + "---" + theConflicts, pod: true,
		object: "channel/second", reason: "Conflict",
		sentence: `Service identifier "page" of type FACEBOOK belongs to Channel page, which is older: change spec.serviceIdentifier, or delete one of the two.`,
	},
	"two RoutingRuntimes are in a namespace": {
		documents: everything + "---" + theConflicts, pod: true,
		object: "routingruntime/second", reason: "Conflict",
		sentence: "A namespace has one RoutingRuntime, and main is older: delete one of the two, or move this one to another namespace.",
	},
	"an agent may have more requests than the domain allows": {
		documents: everything + "---" + theConflicts, pod: true,
		object: "agentsubscription/second", reason: "CapacityAboveLimit",
		sentence: "A capacity of 50 is above the 5 that MediaRoutingDomain social allows an agent: lower it in spec.capacity, or raise spec.maxRequests there.",
	},
	"no RoutingRuntime is in the namespace": {
		documents: theDomain + "---" + theList,
		object:    "worklist/l1", reason: "NoRuntime",
		sentence: "Nothing serves this namespace: create a RoutingRuntime in it.",
	},
	"the service was stopped": {
		documents: everything + "---" + `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec: {replicas: 0, authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}}
`,
		object: "worklist/l1", reason: "NoRuntime",
		sentence: "RoutingRuntime main is scaled to 0: set its spec.replicas to start it.",
	},
	"the pod does not start, as with an image that is not there": {
		documents: everything,
		prepare:   func(ctx context.Context, ns string) { newPod(ns, "main").publish(ctx, false) },
		object:    "routingruntime/main", reason: "NoRuntime",
		sentence: "No replica of RoutingRuntime main is ready: see why with kubectl describe pod main-0.",
	},
	"a quota leaves no room for the runtime": {
		documents: everything, prepare: fullQuota,
		object: "routingruntime/main", reason: "NotApplied",
		sentence: `StatefulSet main cannot be made what it should be (statefulsets.apps "main" is forbidden: exceeded quota: small, ` +
			"requested: count/statefulsets.apps=1, used: count/statefulsets.apps=0, limited: count/statefulsets.apps=0): " +
			"write less into spec.replicas or spec.resources of the RoutingRuntime, or have the quota of the namespace raised.",
	},
	"another Service has the runtime's name": {
		documents: everything, pod: true,
		prepare: func(ctx context.Context, ns string) {
			theirs := &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}
			theirs.Namespace, theirs.Name = ns, "main"
			Expect(kube.Create(ctx, theirs)).To(Succeed())
		},
		object: "routingruntime/main", reason: "NotApplied",
		sentence: "Service main exists already and does not belong to RoutingRuntime main: remove it, or give the RoutingRuntime another name.",
	},
	"a volume is to grow, and its class does not let it": {
		documents: strings.Replace(theRuntime, "spec: {", "spec: {storage: {embedded: {size: 2Gi}}, ", 1), prepare: fixedVolume,
		object: "routingruntime/main", reason: "VolumeNotResized",
		sentence: `The volume data-main-0 stays at 1Gi instead of 2Gi (persistentvolumeclaims "data-main-0" is forbidden: ` +
			"only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize): " +
			"set allowVolumeExpansion on StorageClass fixed if its driver can expand volumes, " +
			"or write 1Gi again and restore a backup into a RoutingRuntime with a larger volume.",
	},
	"the issuer has moved": {
		documents: strings.Replace(theRuntime, `"https://login.example.com",`, `"http://127.0.0.1:1", insecureAllowHTTP: true,`, 1), pod: true, silentAfter: time.Millisecond,
		object: "routingruntime/main", reason: "IssuerUnreachable",
		sentence: "The configuration is served, but issuer http://127.0.0.1:1 refuses the connection, and agents cannot sign in there: " +
			"see that spec.authentication.issuers names it right, that it runs, and that pods can reach it.",
	},
	"the certificate for agents is missing": {
		documents: strings.Replace(theRuntime, "spec: {", "spec: {tls: {secretRef: {name: public}}, ", 1),
		object:    "routingruntime/main", reason: "SecretNotFound",
		sentence: "No Secret public exists: create it with tls.crt and tls.key, or correct spec.tls.secretRef.name.",
	},
	"a selector matches no list": {
		documents: everything + "---" + strings.Replace(theSubscription, "team: social", "team: socail", 1), pod: true,
		object: "agentsubscription/agents", reason: "NoListSelected",
		sentence: "The selector takes no Worklist now: label one so that it does, or correct spec.lists.selector.",
	},
	"nobody works a list": {
		documents: theRuntime + "---" + theDomain + "---" + theList, pod: true,
		object: "worklist/l1", reason: "NoAgentSubscription",
		sentence: "No accepted AgentSubscription names this list, so nobody is told of its requests: name it in spec.lists of one.",
	},
	"times out of order came in under an earlier schema": {
		prepare: func(ctx context.Context, ns string) { underEarlierSchema(ctx, ns, theOutdated) },
		object:  "worklist/l1", reason: "ImpossibleTimes",
		sentence: "A request must be due soon (10m0s), then overdue (5m0s), before it is closed (24h0m0s): put the times in the order 0 < attention.soonAfter < attention.overdueAfter <= autoCloseAfter.",
	},
}

// fullQuota lets no StatefulSet in. A cluster's controller would count what is
// there; none is here to do it.
func fullQuota(ctx context.Context, namespace string) {
	GinkgoHelper()
	quota := &corev1.ResourceQuota{}
	quota.Namespace, quota.Name = namespace, "small"
	none := corev1.ResourceList{"count/statefulsets.apps": resource.MustParse("0")}
	quota.Spec.Hard = none
	Expect(kube.Create(ctx, quota)).To(Succeed())
	quota.Status = corev1.ResourceQuotaStatus{Hard: none, Used: none}
	Expect(kube.Status().Update(ctx, quota)).To(Succeed())
}

// fixedVolume is the volume of a runtime of before, of a class that expands none.
func fixedVolume(ctx context.Context, namespace string) {
	GinkgoHelper()
	class := &storagev1.StorageClass{Provisioner: "example.com/fixed"}
	class.Name = "fixed"
	Expect(kube.Create(ctx, class)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) { Expect(kube.Delete(ctx, class)).To(Succeed()) })
	size := corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
	claim := &corev1.PersistentVolumeClaim{Spec: corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, StorageClassName: &class.Name,
		Resources: corev1.VolumeResourceRequirements{Requests: size},
	}}
	claim.Namespace, claim.Name = namespace, "data-main-0"
	claim.Labels = map[string]string{workload.LabelInstance: "main", workload.LabelManagedBy: workload.ManagedBy}
	Expect(kube.Create(ctx, claim)).To(Succeed())
	claim.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound, Capacity: size}
	Expect(kube.Status().Update(ctx, claim)).To(Succeed())
}

// oneSentence begins with a capital letter and ends where a full stop is followed
// by nothing.
const oneSentence = `^[A-Z]([^.]|\.\S)*\.$`

var _ = Describe("a reader of kubectl get and kubectl describe", func() {
	for name, tc := range broken {
		It("is told what is wrong and what to do when "+name, func(ctx SpecContext) {
			ns := newNamespace(ctx)
			if tc.prepare != nil {
				tc.prepare(ctx, ns)
			}
			startOperator(nil, ns)
			for _, document := range strings.Split(tc.documents, "---") {
				if document != "" {
					apply(ctx, ns, document)
				}
			}
			if tc.pod {
				p := newPod(ns, "main")
				p.silentAfter = cmp.Or(tc.silentAfter, p.silentAfter)
				p.appear(ctx)
			}
			Expect(tc.sentence).To(MatchRegexp(oneSentence))
			Eventually(func() string { return lineOf(kubectl(ctx, ns, "get", "pullmode"), tc.object) }).
				Should(ContainSubstring(" "+tc.reason+" "), "kubectl get pullmode")
			Eventually(func() string { return kubectl(ctx, ns, "describe", tc.object) }).
				Should(MatchRegexp(`(?m)^ *Message: +`+regexp.QuoteMeta(tc.sentence)+`$`), "kubectl describe "+tc.object)
		})
	}
})

// lineOf is the line of an object in what kubectl get printed of several kinds.
func lineOf(printed, object string) string {
	kind, name, _ := strings.Cut(object, "/")
	for line := range strings.Lines(printed) {
		if strings.HasPrefix(line, kind+".pullmode.io/"+name+" ") {
			return line
		}
	}
	return ""
}
