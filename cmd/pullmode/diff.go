package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/change"
	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/schema"
)

type differing struct {
	*platform
	prune bool
	out   *output
}

func newDiff(dial program.Dial) *cobra.Command {
	var d differing
	cmd := &cobra.Command{
		Use:   "diff FOLDER",
		Short: "Show what applying a folder of YAML would do, in routing words",
		Long: `Show what applying a folder of YAML would do to the routing of a namespace: which
channel goes to which list, which agents and groups gain or lose which list or role,
which policies change, how many open requests are touched, and what would not be
accepted and why. A folder of - means YAML from the standard input. Nothing is applied.

It needs the right to view the namespace. Of Secrets that you may not read it is taken
that they are there and do not change; of those that you may read, and of the folder's,
it shows that keys change and never which. Who may read the Secret NAME-admin-client is
told how many requests are open.

Objects that the folder does not have stay when it is applied, and are listed;
--prune shows what deleting them would do.

Exit codes: 0 when nothing would change, 1 when something would, 2 when it cannot be
told, 3 when something would not be accepted.`,
		Example: `  pullmode diff config/samples -n support
  kubectl kustomize deploy/production | pullmode diff -
  pullmode diff deploy/production --prune -o json | jq '.changes[] | select(.action == "remove")'`,
		Args: cobra.ExactArgs(1),
	}
	d.platform = newPlatform(cmd, dial)
	cmd.Flags().BoolVar(&d.prune, "prune", false, "show what deleting would do that the folder does not have")
	d.out = tableFlag(cmd)
	cmd.RunE = troubled(d.run)
	return cmd
}

const exitNotAccepted = 3

func (d *differing) run(cmd *cobra.Command, args []string) error {
	var s source
	f, err := s.open(args[0], cmd.InOrStdin())
	if err != nil {
		return err
	}
	defer f.close()
	access, err := d.flags.Access()
	if err != nil {
		return err
	}
	schemas, err := schema.Load()
	if err != nil {
		return err
	}
	if access, err = d.inNamespaceOf(cmd.Context(), access, f, schemas); err != nil {
		return err
	}
	live, notes, err := look(cmd.Context(), access)
	if err != nil {
		return err
	}
	report, err := change.Of(cmd.Context(), live, change.Options{
		Schemas: schemas, Prune: d.prune, Now: time.Now(),
		Read: func(ctx context.Context, previous *folder.Folder) (*folder.Folder, error) {
			return read(ctx, f, folder.Options{Schemas: schemas, Namespace: access.Namespace, Previous: previous})
		},
	})
	if err != nil {
		return err
	}
	report.Notes = append(notes, report.Notes...)
	w := cmd.OutOrStdout()
	if d.out.text() {
		_, err = fmt.Fprintln(w, strings.Join(report.Lines(screen.Of(w)), "\n"))
	} else {
		err = d.out.print(w, report)
	}
	switch {
	case err != nil:
		return err
	case len(report.Refused) > 0:
		return endsWith{errQuiet, exitNotAccepted}
	case report.Different():
		return errQuiet
	}
	return nil
}

// inNamespaceOf chooses the namespace as `kubectl apply` does: the one that is given,
// or the one that the folder names, or that of the context.
func (d *differing) inNamespaceOf(ctx context.Context, access *cluster.Access, f opened, schemas *schema.Schemas) (*cluster.Access, error) {
	options := folder.Options{Schemas: schemas}
	if d.flags.NamespaceGiven() {
		options.Namespace = access.Namespace
	}
	all, err := read(ctx, f, options)
	if err != nil {
		return nil, err
	}
	if empty(all) {
		return nil, nothingIn(all, d.flags.NamespaceGiven())
	}
	if options.Namespace != "" {
		return access, nil
	}
	here, err := read(ctx, f, folder.Options{Schemas: schemas, Namespace: access.Namespace})
	if err != nil {
		return nil, err
	}
	if empty(here) { // the folder names its namespace
		return access.In(all.Namespace), nil
	}
	return access, nil
}

func nothingIn(f *folder.Folder, namespaceGiven bool) error {
	if namespaceGiven && len(f.Notes) > 0 {
		return usage("there is nothing of pullmode.io for namespace %s in the folder\n  %s", f.Namespace, f.Notes[0])
	}
	return usage("there is nothing of pullmode.io in the folder")
}

func empty(f *folder.Folder) bool {
	in := &f.Input
	return len(in.Runtimes)+len(in.MediaRoutingDomains)+len(in.Worklists)+len(in.Channels)+len(in.AgentSubscriptions)+len(f.Problems) == 0
}

// look reads the namespace as it is; what of the runtime may not be asked is a note.
func look(ctx context.Context, access *cluster.Access) (live change.Live, notes []string, err error) {
	live = change.Live{Namespace: access.Namespace, Secret: access.Secret}
	if live.Objects, err = access.Objects(ctx); err != nil {
		return live, nil, err
	}
	rt := compile.Elected(live.Objects.Runtimes)
	if rt == nil {
		return live, nil, nil
	}
	without := func(err error) (change.Live, []string, error) {
		why := err.Error()
		var p *cluster.Problem
		if errors.As(err, &p) {
			why = p.What
		}
		return live, []string{"how many requests are open is not known: " + why}, ctx.Err()
	}
	admin, err := access.Admin(ctx, rt)
	if err != nil {
		return without(err)
	}
	defer admin.Close()
	newest := program.Newest(admin.Read(ctx))
	if newest == nil {
		return without(errors.New("no replica of the runtime answers"))
	}
	live.Report = newest.Report
	if newest.Report.Digest == "" {
		return live, nil, nil
	}
	update, err := admin.Snapshot(ctx, newest.Target)
	if err != nil {
		return without(err)
	}
	live.Served = &update.Snapshot
	return live, nil, nil
}
