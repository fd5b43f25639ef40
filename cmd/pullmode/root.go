package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/controllers/program"
)

// commandName is what people type: the plugin's name has a space where its file
// has a dash.
func commandName(arg0 string) string {
	name := strings.TrimSuffix(filepath.Base(arg0), ".exe")
	if strings.HasPrefix(name, "kubectl-") || strings.HasPrefix(name, "kubectl_") {
		return "kubectl pullmode"
	}
	return "pullmode"
}

// newRoot builds the tree of commands. ran is set once one of them begins: what
// fails before that is a mistake in how it was called. dial is how replicas in a cluster
// are reached; nil for the usual way.
func newRoot(name string, ran *bool, dial program.Dial) *cobra.Command {
	root := &cobra.Command{
		Use:   "pullmode",
		Short: "Pull-mode routing on the command line",
		Long: `Customers' requests wait on lists until agents join them.

Check and serve a folder of YAML without a cluster (compile, serve); see and operate what
runs in one (status, diff, requests, backup, restore); write as a customer would (send);
and sit at a desk as an agent would (agent, inbox, join, say, transfer, close).`,
		Example: `  pullmode serve config/samples
  pullmode status -n support
  pullmode agent --as alice
  pullmode send --channel c2 --customer john --name "John Williams" "Is anybody there?"`,
		Annotations:                map[string]string{cobra.CommandDisplayNameAnnotation: name},
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
	}
	root.AddGroup(
		&cobra.Group{ID: folders, Title: "Configuration, without a cluster:"},
		&cobra.Group{ID: clusters, Title: "Routing in a cluster:"},
		&cobra.Group{ID: people, Title: "Customers and agents:"},
		&cobra.Group{ID: development, Title: "Development:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			prepare(c, name, ran)
			root.AddCommand(c)
		}
	}
	root.Example = strings.ReplaceAll(root.Example, "  pullmode ", "  "+name+" ")
	add(folders, newCompile(), newServe())
	add(clusters, newStatus(dial), newDiff(dial), newOperate(dial), newBackup(dial), newRestore(dial))
	add(people, newSend(), newAgent(), newInbox(), newJoin(), newSay(), newLeave(), newClose(), newWrapUp(),
		newTransfer(), newInvite(), newTargets(), newOffers(), newAccept(), newDecline(), newWithdraw(), newRemove(),
		newAlerts(), newDismiss(), newLogout())
	add(development, newIssuer(), newToken(), newReplay(), newConformance(), newLoad())
	add("", newVersion())
	return root
}

// prepare makes a command, and those below it, speak of itself as people call it, and
// say that it began.
func prepare(c *cobra.Command, name string, ran *bool) {
	c.Args = called(c.Args)
	c.Example = strings.NewReplacer("  pullmode ", "  "+name+" ", "(pullmode ", "("+name+" ", "= pullmode ", "= "+name+" ",
		"| pullmode ", "| "+name+" ", "-n1 pullmode ", "-n1 "+name+" ").Replace(c.Example)
	c.Long = strings.ReplaceAll(c.Long, "`pullmode ", "`"+name+" ")
	if runE := c.RunE; runE != nil {
		c.RunE = func(cmd *cobra.Command, args []string) error {
			*ran = true
			return runE(cmd, args)
		}
	}
	for _, below := range c.Commands() {
		prepare(below, name, ran)
	}
}

const folders, clusters, people, development = "folders", "clusters", "people", "development"
