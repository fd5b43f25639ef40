//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
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

// previous is what installations are upgraded from: the newest commit with another
// product and, in a checkout without history, this one but for a field.
func previous(ctx context.Context) (before string, install func(context.Context)) {
	GinkgoHelper()
	revision, err := exec.CommandContext(ctx, "../cluster/previous.sh").Output()
	if err == nil {
		commit := strings.TrimSpace(string(revision))
		return image(ctx, "../cluster/image.sh", commit), func(ctx context.Context) { script(ctx, "../cluster/install.sh", commit) }
	}
	say("NO HISTORY HERE: the version before is made of this one, without a field of the snapshot. For the real one: git fetch --unshallow.")
	before = image(ctx, "./older.sh", "responseTime")
	return before, func(ctx context.Context) { script(ctx, "env", "PULLMODE_IMAGE="+before, "../cluster/install.sh") }
}

// say tells loudly what this machine lets a spec not show.
func say(what string) {
	AddReportEntry(what, ReportEntryVisibilityAlways)
	fmt.Fprintln(os.Stderr, what)
}

// spec is where fields are added to the RoutingRuntime of the samples: see newTenant.
const spec = "kind: RoutingRuntime\nmetadata:\n  name: main\nspec:\n"
