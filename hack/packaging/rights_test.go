package packaging_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/operator"
)

// The operator, as the account that an installation gives it and with the
// arguments of its Deployment, does all of its work and is refused nothing. What
// it should not reach, it may not.
func TestOperatorNeedsNoMoreThanItIsGiven(t *testing.T) {
	s := start(t)
	s.apply(t, kustomize(t, "../../config/crd"))
	s.established(t)
	for name, tc := range map[string]struct {
		installation string
		// works is where it looks after routing objects, and may not is where it has no right to.
		works, mayNot []string
	}{
		"everywhere":            {"in every namespace", []string{"anywhere"}, nil},
		"in its own namespace":  {"in its own namespace", []string{"pullmode-system"}, []string{"", "anywhere", "kube-system"}},
		"in several namespaces": {"in several namespaces", []string{"team-a", "team-b"}, []string{"", "anywhere", "kube-system"}},
	} {
		t.Run(name, func(t *testing.T) {
			installed := installations[tc.installation]
			for _, ns := range append([]string{installed.namespace}, tc.works...) {
				s.namespace(t, ns)
			}
			objects := template(t, installed.namespace, append(installed.values, "crds.install=false")...)
			s.apply(t, objects)
			t.Cleanup(func() {
				s.remove(t, objects)
				s.revoked(t, installed.namespace, objects)
			})
			s.granted(t, installed.namespace, objects)

			refused := s.operator(t, installed.namespace, deployment(t, objects))
			for _, ns := range tc.works {
				s.serves(t, ns)
			}
			s.leads(t, installed.namespace)
			if requests := refused.seen(); len(requests) > 0 {
				t.Errorf("the operator was refused:\n%s", strings.Join(requests, "\n"))
			}
			for _, ns := range tc.mayNot {
				// The API server may not have noticed yet that an installation before this one is gone.
				NewWithT(t).Eventually(func() bool { return s.mayReadSecrets(t, installed.namespace, ns) }, patience).
					Should(BeFalse(), "may the operator read the Secrets of the namespace %q?", ns)
			}
		})
	}
}

// established waits until the API server serves the kinds.
func (s *server) established(t *testing.T) {
	t.Helper()
	NewWithT(t).Eventually(func() error {
		return s.List(t.Context(), &v1alpha1.WorklistList{})
	}, patience).Should(Succeed())
}

func account(namespace string) string {
	return "system:serviceaccount:" + namespace + ":pullmode-operator"
}

// operator runs an operator in this process, until the end of the test.
func (s *server) operator(t *testing.T, namespace string, deployed *appsv1.Deployment) *refusals {
	t.Helper()
	refused := &refusals{}
	config := rest.CopyConfig(s.config)
	config.Impersonate.UserName = account(namespace)
	config.Impersonate.Groups = []string{"system:serviceaccounts", "system:authenticated"}
	config.Wrap(refused.wrap)
	o := operator.Options{
		RuntimeImage: "example.com/pullmode:test", Namespace: namespace,
		// Nothing here may happen because time passes: what it is told has to come by a watch.
		HoldOff: 20 * time.Millisecond, DriftInterval: time.Hour,
		LeaderElect: true, MetricsAddress: "0", HealthAddress: "0", Log: logr.Discard(),
	}
	for _, arg := range deployed.Spec.Template.Spec.Containers[0].Args {
		if list, ok := strings.CutPrefix(arg, "--namespaces="); ok {
			o.Namespaces = strings.Split(strings.ReplaceAll(list, "$(POD_NAMESPACE)", namespace), ",")
		}
	}
	mgr, err := operator.New(config, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the operator ended with an error: %v", err)
		}
	})
	return refused
}

// serves waits until config/samples were compiled in a namespace, what serves them
// was made, and a Secret that comes late was noticed.
func (s *server) serves(t *testing.T, namespace string) {
	t.Helper()
	g := NewWithT(t)
	g.SetDefaultEventuallyTimeout(patience)
	samples := kustomize(t, kustomization(t, "namespace: "+namespace+"\nresources: [CONFIG/samples]"))
	t.Cleanup(func() { s.remove(t, samples) })
	isSecret := func(o *unstructured.Unstructured) bool { return o.GetKind() == "Secret" }
	s.apply(t, slices.DeleteFunc(slices.Clone(samples), isSecret))
	resolved := func() string {
		channel := &v1alpha1.Channel{}
		if err := s.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "c2"}, channel); err != nil {
			return err.Error()
		}
		c := meta.FindStatusCondition(channel.Status.Conditions, string(v1alpha1.ConditionResolvedRefs))
		if c == nil {
			return "nothing is said of it"
		}
		return string(c.Status)
	}
	g.Eventually(resolved).Should(Equal("False"), "the Secret is missing")
	s.apply(t, samples)
	g.Eventually(resolved).Should(Equal("True"), "the Secret is there")
	g.Eventually(func() error {
		return s.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "main"}, &appsv1.StatefulSet{})
	}).Should(Succeed(), "the runtime's workload")
}

// leads waits until the operator holds the lease in its own namespace.
func (s *server) leads(t *testing.T, namespace string) {
	t.Helper()
	NewWithT(t).Eventually(func() string {
		lease := &coordinationv1.Lease{}
		if err := s.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "pullmode-operator"}, lease); err != nil {
			return ""
		}
		return *lease.Spec.HolderIdentity
	}, patience).ShouldNot(BeEmpty())
}

// mayReadSecrets asks about a namespace, or about all of them if it is empty.
func (s *server) mayReadSecrets(t *testing.T, operator, namespace string) bool {
	t.Helper()
	return s.may(t, operator, authorizationv1.ResourceAttributes{Namespace: namespace, Verb: "list", Resource: "secrets"})
}

// may asks whether the operator of an installation has a right.
func (s *server) may(t *testing.T, operator string, right authorizationv1.ResourceAttributes) bool {
	t.Helper()
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User:               account(operator),
		Groups:             []string{"system:serviceaccounts", "system:authenticated"},
		ResourceAttributes: &right,
	}}
	if err := s.Create(context.WithoutCancel(t.Context()), review); err != nil { // also when the test is over
		t.Fatal(err)
	}
	return review.Status.Allowed
}

// refusals notes what the API server did not let the operator do.
type refusals struct {
	mu       sync.Mutex
	requests []string
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func (r *refusals) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(req)
		if err == nil && (response.StatusCode == http.StatusForbidden || response.StatusCode == http.StatusUnauthorized) {
			r.mu.Lock()
			r.requests = append(r.requests, req.Method+" "+req.URL.Path)
			r.mu.Unlock()
		}
		return response, err
	})
}

func (r *refusals) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.requests...)
}
