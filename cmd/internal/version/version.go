// Package version says which version the programs are of.
package version

import "runtime/debug"

// linked is set by the linker of an image or a release:
// -X github.com/pullmode/operator/cmd/internal/version.linked=v1.2.3
var linked string

// String is the version; of a build from source, what the Go toolchain knows of it.
func String() string {
	if linked != "" {
		return linked
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
