//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// onNode marks specs that go into the cluster's node. They need a cluster of our
// own: see hack/localcluster/inside.sh.
const onNode = "node"

// localcluster runs a script of hack/localcluster, and gives what it prints.
func localcluster(ctx context.Context, name string, args ...string) string {
	GinkgoHelper()
	return script(ctx, "../localcluster/"+name, args...)
}

// inside runs a line of shell as root of the node.
func inside(ctx context.Context, line string) string {
	GinkgoHelper()
	return localcluster(ctx, "inside.sh", "bash", "-euc", line)
}

// process is the number, on the node, of the process of a pod's only container.
func (t *tenant) process(ctx context.Context, pod string) string {
	GinkgoHelper()
	var process string
	Eventually(func() error { // the status names a container that has ended until the kubelet has told of the next one
		_, id, _ := strings.Cut(t.field(ctx, "pod/"+pod, "{.status.containerStatuses[0].containerID}"), "://")
		for line := range strings.Lines(inside(ctx, "ctr --namespace k8s.io tasks list 2>/dev/null")) {
			if columns := strings.Fields(line); len(columns) > 1 && columns[0] == id {
				process = columns[1]
				return nil
			}
		}
		return fmt.Errorf("no process of pod %s (container %s) on the node", pod, id)
	}).Should(Succeed())
	return process
}

// signal sends a signal, such as STOP, to the process of a pod's only container.
func (t *tenant) signal(ctx context.Context, signal, pod string) {
	GinkgoHelper()
	inside(ctx, "kill -"+signal+" "+t.process(ctx, pod))
}
