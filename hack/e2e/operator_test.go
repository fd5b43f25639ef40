//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// operator is the namespace of the operator itself.
func operator() *tenant {
	c := *k.Cluster
	c.Namespace = "pullmode-system"
	return &tenant{Cluster: &c}
}

// pod is the name of the operator's pod that is not on its way out.
func (t *tenant) pod(ctx context.Context) (name string) {
	GinkgoHelper()
	Eventually(func() (err error) {
		name, err = t.Run(ctx, "get", "pod", "--selector=app.kubernetes.io/name=pullmode-operator", "--field-selector=status.phase=Running",
			"--sort-by=.metadata.creationTimestamp", "--output=jsonpath={.items[-1:].metadata.name}")
		return err
	}).Should(Succeed())
	return name
}

// scaleOperator waits until that many operators run, and no other one does.
func scaleOperator(ctx context.Context, replicas int) {
	GinkgoHelper()
	o := operator()
	o.run(ctx, "scale", "deployment/pullmode-operator", fmt.Sprintf("--replicas=%d", replicas))
	o.run(ctx, "rollout", "status", "deployment/pullmode-operator", within)
	Eventually(func() []string {
		return strings.Fields(o.run(ctx, "get", "pod", "--selector=app.kubernetes.io/name=pullmode-operator", "--output=jsonpath={.items[*].metadata.name}"))
	}).Should(HaveLen(replicas))
}
