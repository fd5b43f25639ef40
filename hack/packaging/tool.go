// Package packaging holds the ways of installing the product to one another: the
// Helm chart renders what the kustomizations build, and a real API server takes it.
package packaging

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Tool gives the path of a program that hack/tools pins, such as helm. It is built
// where it is not in Go's cache yet, which takes a minute. checkout is the folder
// of the product's go.mod.
func Tool(ctx context.Context, checkout, name string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "tool", "-modfile="+filepath.Join("hack", "tools", "go.mod"), "-n", name)
	cmd.Dir = checkout
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build %s, which hack/tools/go.mod has to name as a tool: %w: %s", name, err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSpace(out.String()), nil
}
