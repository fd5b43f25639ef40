//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// newEtcdTenant is newTenant with an etcd of one member, and a runtime of several
// replicas on it.
func newEtcdTenant(ctx context.Context, name string, replicas int) *tenant {
	GinkgoHelper()
	t := emptyTenant(ctx, name)
	yaml, err := os.ReadFile("testdata/etcd.yaml")
	Expect(err).NotTo(HaveOccurred())
	t.apply(ctx, strings.ReplaceAll(string(yaml), "localhost/etcd:dev", image(ctx, "./etcd.sh")))
	t.run(ctx, "rollout", "status", "deployment/etcd", within)
	t.samples(ctx, "    embedded:\n      size: 1Gi\n      whenDeleted: Delete\n",
		"    etcd:\n      endpoints: [\"http://etcd:2379\"]\n      insecureAllowHTTP: true\n",
		spec, spec+fmt.Sprintf("  replicas: %d\n", replicas))
	t.settled(ctx)
	t.open(ctx)
	t.ready(ctx, replicas)
	return t
}

// pods are the names of the runtime's pods that are not on their way out.
func (t *tenant) pods(ctx context.Context) []string {
	GinkgoHelper()
	out := t.run(ctx, "get", "pod", "--selector=app.kubernetes.io/name=pullmode-runtime", "--output",
		`go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}} {{end}}{{end}}`)
	return strings.Fields(out)
}

// ready waits until that many replicas are there, no other pod of the runtime is,
// and its status tells of all of them that they serve what is wanted.
func (t *tenant) ready(ctx context.Context, replicas int) {
	GinkgoHelper()
	Eventually(func() []string {
		return strings.Fields(t.run(ctx, "get", "pod", "--selector=app.kubernetes.io/name=pullmode-runtime", "--output=jsonpath={.items[*].status.containerStatuses[0].ready}"))
	}).Should(And(HaveLen(replicas), HaveEach("true")))
	Eventually(func(g Gomega) {
		said := strings.Fields(t.field(ctx, "routingruntime/main", "{.status.snapshot.digest} {.status.currentReplicas} {range .status.replicas[*]}{.ready}={.digest} {end}"))
		g.Expect(said).To(HaveLen(2 + replicas))
		g.Expect(said[1]).To(Equal(fmt.Sprint(replicas)))
		g.Expect(said[2:]).To(HaveEach("true=" + said[0]))
	}).Should(Succeed())
}
