package main

import (
	"cmp"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the release's linker flags (-X main.version=v1.2.3); a build
// from source says what the Go toolchain knows of it.
var version string

// Version of the program, and the commit that it was built from.
type Version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
}

func readVersion() Version {
	v := Version{Version: version}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		v.Version = cmp.Or(v.Version, "unknown")
		return v
	}
	v.Version, v.Go = cmp.Or(version, info.Main.Version, "(devel)"), info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Commit = s.Value
		}
	}
	return v
}

func newVersion() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  pullmode version -o json",
		Args:    cobra.NoArgs,
	}
	out := outputFlag(cmd, asJSON)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		v := readVersion()
		if !out.text() {
			return out.print(cmd.OutOrStdout(), v)
		}
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "pullmode", v.Version, v.Commit, v.Go)
		return err
	}
	return cmd
}
