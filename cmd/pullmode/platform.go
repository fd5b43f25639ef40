package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/controllers/program"
)

// platform is what the commands of a platform team have in common: a cluster.
type platform struct{ flags cluster.Flags }

func newPlatform(cmd *cobra.Command, dial program.Dial) *platform {
	p := &platform{cluster.Flags{Dial: dial}}
	p.flags.Add(cmd)
	return p
}

// completeNames completes the name of a RoutingRuntime, where that is the first word.
func (p *platform) completeNames(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault // a file, if anything
	}
	access, err := p.flags.Access()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	objects, err := access.Objects(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for i := range objects.Runtimes {
		names = append(names, objects.Runtimes[i].Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// endsWith gives an error of a command its exit code, where 1 means something else
// already.
type endsWith struct {
	error
	code int
}

func (e endsWith) Unwrap() error { return e.error }
func (e endsWith) exitCode() int { return e.code }

// troubled ends a command whose exit code 1 is an answer with 2, where it failed.
func troubled(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := run(cmd, args)
		var own interface{ exitCode() int }
		if err == nil || isQuiet(err) || errors.As(err, &own) {
			return err
		}
		return endsWith{err, exitUsage}
	}
}
