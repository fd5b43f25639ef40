package envtest_test

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/config/crd"
)

// theInvalid is what a schema cannot refuse.
const theInvalid = `
apiVersion: pullmode.io/v1alpha1
kind: AgentSubscription
metadata: {name: agents}
spec: {agents: [alice], lists: {selector: {matchExpressions: [{key: "no label", operator: In, values: [social]}]}}}
`

// theOutdated is what the schemas refuse, and an earlier one may have taken.
const theOutdated = `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec: {authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}, retention: {closed: 0s}}
---
apiVersion: pullmode.io/v1alpha1
kind: MediaRoutingDomain
metadata: {name: social}
spec: {displayName: Social media, maxRequests: 0, channelTypes: [FACEBOOK]}
---
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l1}
spec: {displayName: L1, attention: {soonAfter: 10m, overdueAfter: 5m}}
---
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec: {type: FACEBOOK, serviceIdentifier: page, secretRef: {name: connector}}
`

// theConflicts are objects for which the small namespace has no room. Of two
// objects of the same second, the first by name is the older one: it is there.
const theConflicts = `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: second}
spec: {authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}}
---
apiVersion: pullmode.io/v1alpha1
kind: MediaRoutingDomain
metadata: {name: voice}
spec: {displayName: Voice, maxRequests: 5, channelTypes: [FACEBOOK]}
---
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: second}
spec: {type: FACEBOOK, serviceIdentifier: page, listRef: {name: l1}, secretRef: {name: connector}}
---
apiVersion: pullmode.io/v1alpha1
kind: AgentSubscription
metadata: {name: second}
spec: {agents: [alice], lists: {names: [l1]}, capacity: [{mediaRoutingDomain: social, maxRequests: 50}]}
`

// underEarlierSchema applies YAML while the API server takes any value, and puts
// the schemas back.
func underEarlierSchema(ctx context.Context, namespace, documents string) {
	GinkgoHelper()
	crds, err := crd.All()
	Expect(err).NotTo(HaveOccurred())
	var lax []*apiextensionsv1.CustomResourceDefinition
	for _, present := range crds {
		lax = append(lax, present.DeepCopy())
		permit(lax[len(lax)-1].Spec.Versions[0].Schema.OpenAPIV3Schema)
	}
	install(ctx, lax, documents, Succeed())
	apply(ctx, namespace, documents)
	install(ctx, crds, documents, Not(Succeed()))
}

// install waits until the API server judges documents as expected: it takes
// schemas up in its own time.
func install(ctx context.Context, crds []*apiextensionsv1.CustomResourceDefinition, documents string, expected OmegaMatcher) {
	GinkgoHelper()
	_, err := envtest.InstallCRDs(config, envtest.CRDInstallOptions{CRDs: crds, MaxTime: patience})
	Expect(err).NotTo(HaveOccurred())
	for _, document := range strings.Split(documents, "---") {
		object := &unstructured.Unstructured{}
		Expect(yaml.Unmarshal([]byte(document), &object.Object)).To(Succeed())
		object.SetNamespace(metav1.NamespaceDefault)
		Eventually(func() error { return kube.Create(ctx, object.DeepCopy(), client.DryRunAll) }).Should(expected)
	}
}

// permit takes the rules on values out of a schema.
func permit(schema *apiextensionsv1.JSONSchemaProps) {
	schema.XValidations, schema.Minimum = nil, nil
	for name, property := range schema.Properties {
		permit(&property)
		schema.Properties[name] = property
	}
}
