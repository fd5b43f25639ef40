//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"os/exec"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// script runs a script, and gives what it prints.
func script(ctx context.Context, path string, args ...string) string {
	GinkgoHelper()
	var complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	Expect(err).NotTo(HaveOccurred(), "%s %s: %s", path, strings.Join(args, " "), complaint.String())
	return strings.TrimSpace(string(out))
}

// image is what a script builds, brought into the cluster.
func image(ctx context.Context, path string, args ...string) string {
	GinkgoHelper()
	name, archive, _ := strings.Cut(script(ctx, path, args...), "\n")
	localcluster(ctx, "load.sh", archive)
	return name
}

// The images that specs name. Each is built once, and kept outside of the checkout.
func currentImage(ctx context.Context) string { return image(ctx, "../cluster/image.sh") }

func previousImage(ctx context.Context) string {
	return image(ctx, "../cluster/image.sh", previous(ctx))
}

// previous is the commit that installations are upgraded from.
func previous(ctx context.Context) string { return script(ctx, "../cluster/previous.sh") }

// spec is where fields are added to the RoutingRuntime of the samples: see newTenant.
const spec = "kind: RoutingRuntime\nmetadata:\n  name: main\nspec:\n"
