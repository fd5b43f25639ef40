package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/internal/version"
)

// Version of the program, and the commit that it was built from.
type Version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
}

func readVersion() Version {
	v := Version{Version: version.String()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Go = info.GoVersion
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
