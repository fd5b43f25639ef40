package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// called says how a command is called, where its words do not fit: cobra only
// counts them.
func called(words cobra.PositionalArgs) cobra.PositionalArgs {
	if words == nil {
		return nil
	}
	return func(cmd *cobra.Command, args []string) error {
		if words(cmd, args) == nil {
			return nil
		}
		return usage("call it as: %s", strings.TrimSuffix(cmd.UseLine(), " [flags]"))
	}
}
