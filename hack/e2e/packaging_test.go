//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/hack/packaging"
)

// What hack/packaging holds of the rendered objects, a cluster shows: an operator
// with a Role alone does all of its work, and a release is upgraded, CRDs included,
// and uninstalled, and routing goes on.
//
// The suite's operator looks after every namespace, and of two operators for one
// namespace neither could be told from the other: it rests meanwhile.
var _ = Describe("The Helm chart", Serial, func() {
	It("installs, upgrades and uninstalls an operator for one namespace while customers write", func(ctx context.Context) {
		t := emptyTenant(ctx, "chart")
		repository, tag := imageOf(operator().field(ctx, "deployment/pullmode-operator", "{.spec.template.spec.containers[0].image}"))
		scaleOperator(ctx, 0)
		DeferCleanup(func(ctx context.Context) { scaleOperator(ctx, 1) })
		DeferCleanup(func(ctx context.Context) {
			t.run(ctx, "apply", "--server-side", "--force-conflicts", "--kustomize", "../../config/crd")
		})
		h := &helm{namespace: t.Namespace}
		h.find(ctx)

		By("installing the chart as it was before a CRD changed")
		h.run(ctx, "install", "pullmode", olderChart(), "--take-ownership", "--force-conflicts", "--wait",
			"--set", "image.repository="+repository, "--set", "image.tag="+tag,
			"--set", "watch.ownNamespace=true", "--set", "peopleRoles=false")
		DeferCleanup(func(ctx context.Context) { h.run(ctx, "uninstall", "pullmode", "--ignore-not-found") })
		t.explained(ctx, Equal(older))
		t.samples(ctx)
		t.settled(ctx)
		t.open(ctx)
		alice := listen(t.agent(ctx, "alice"))
		customers := t.begin()
		for _, elsewhere := range []string{"--all-namespaces", "--namespace=" + namespace} {
			Expect(t.mayReadSecrets(ctx, elsewhere)).To(Equal("no"), elsewhere)
		}
		Expect(t.mayReadSecrets(ctx, "--namespace="+t.Namespace)).To(Equal("yes"))

		By("upgrading to this one, with a value changed")
		pod := t.field(ctx, "pod/main-0", "{.metadata.uid}")
		h.run(ctx, "upgrade", "pullmode", chart, "--reset-then-reuse-values", "--wait", "--set", "replicas=2")
		t.explained(ctx, And(Not(Equal(older)), Not(BeEmpty())))
		Expect(t.field(ctx, "deployment/pullmode-operator", "{.status.readyReplicas}")).To(Equal("2"))
		Expect(t.field(ctx, "poddisruptionbudget/pullmode-operator", "{.spec.maxUnavailable}")).To(Equal("1"))
		t.patch(ctx, "worklist/l1", `{"spec":{"displayName":"After the upgrade"}}`)
		t.beTrue(ctx, "worklist/l1", "Programmed")
		Expect(t.field(ctx, "pod/main-0", "{.metadata.uid}")).To(Equal(pod), "the runtime has nothing to do with it")

		By("uninstalling it")
		h.run(ctx, "uninstall", "pullmode", "--wait")
		Expect(t.field(ctx, "deployment/pullmode-operator", "{.metadata.name}")).To(ContainSubstring("NotFound"))
		Expect(t.field(ctx, "customresourcedefinition/worklists.pullmode.io", "{.spec.names.kind}")).To(Equal("Worklist"))
		Expect(t.field(ctx, "worklist/l1", "{.spec.displayName}")).To(Equal("After the upgrade"))
		customers.goesOn()
		customers.reaches(alice)
		Expect(t.field(ctx, "pod/main-0", "{.metadata.uid}")).To(Equal(pod))
	}, NodeTimeout(15*time.Minute))
})

const (
	checkout = "../.."
	chart    = checkout + "/config/helm/pullmode"
	// older is what a field was described as, before.
	older = "What it was called in an older version."
)

// olderChart is a copy of the chart in which a field of a CRD is described otherwise.
func olderChart() string {
	GinkgoHelper()
	folder := filepath.Join(GinkgoT().TempDir(), "pullmode")
	Expect(os.CopyFS(folder, os.DirFS(chart))).To(Succeed())
	path := filepath.Join(folder, "files", "crds", "pullmode.io_worklists.yaml")
	crd, err := os.ReadFile(path)
	Expect(err).NotTo(HaveOccurred())
	const before = "\n              displayName:\n"
	head, tail, found := strings.Cut(string(crd), before)
	Expect(found).To(BeTrue(), "the CRD has no displayName any more: describe another field")
	_, tail, found = strings.Cut(tail, "\n                maxLength:")
	Expect(found).To(BeTrue())
	crd = []byte(head + before + "                description: " + older + "\n                maxLength:" + tail)
	Expect(os.WriteFile(path, crd, 0o600)).To(Succeed())
	return folder
}

// explained waits until the cluster's CRD describes the field so.
func (t *tenant) explained(ctx context.Context, as OmegaMatcher) {
	GinkgoHelper()
	const path = "{.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.displayName.description}"
	Eventually(func() string { return t.field(ctx, "customresourcedefinition/worklists.pullmode.io", path) }).Should(as)
}

// mayReadSecrets asks the API server whether this namespace's operator may: yes or no.
func (t *tenant) mayReadSecrets(ctx context.Context, where string) string {
	out, _ := t.Run(ctx, "auth", "can-i", "list", "secrets", where, "--as=system:serviceaccount:"+t.Namespace+":pullmode-operator") // a no is an error, too
	return strings.TrimSpace(out)
}

func imageOf(name string) (repository, tag string) {
	colon := strings.LastIndex(name, ":")
	return name[:colon], name[colon+1:]
}

// helm is the pinned program, for a namespace, with no settings of the user's.
type helm struct {
	path, namespace string
	env             []string
}

func (h *helm) find(ctx context.Context) {
	GinkgoHelper()
	path, err := packaging.Tool(ctx, checkout, "helm")
	Expect(err).NotTo(HaveOccurred())
	h.path = path
	for _, name := range []string{"CONFIG", "DATA", "CACHE"} {
		h.env = append(h.env, "HELM_"+name+"_HOME="+GinkgoT().TempDir())
	}
}

// run runs it, which has to succeed.
func (h *helm) run(ctx context.Context, args ...string) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, h.path, append([]string{"--namespace", h.namespace}, args...)...)
	cmd.Env = append(os.Environ(), h.env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	Expect(cmd.Run()).To(Succeed(), "helm %s: %s", strings.Join(args, " "), &out)
}
