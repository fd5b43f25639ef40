package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/cmd/pullmode/internal/overview"
	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
	"github.com/pullmode/operator/controllers/program"
)

type looking struct {
	*platform
	everywhere, watch bool
	wait              time.Duration
	out               *output
}

func newStatus(dial program.Dial) *cobra.Command {
	var l looking
	cmd := &cobra.Command{
		Use:   "status [NAME]",
		Short: "Show what runs, what it serves, what is open, and what is not ready and why",
		Long: `Show the routing of a namespace on one screen: the runtime, its replicas and what each
of them serves, the lists with their open requests, and the objects that are not ready
and why.

It needs the right to view the namespace. Who may also read the Secret NAME-admin-client
sees live figures: agents connected, and requests by state. A replica is asked at its
pod's address or, where that is not to be reached from here, through a port-forward.

Exit codes: 0 when every object is ready, 1 when one is not or there is none, 2 when it
cannot be told.`,
		Example: `  pullmode status
  pullmode status -n support --watch
  pullmode status -A
  pullmode status --wait 2m && echo "everything is served"
  pullmode status -o json | jq '.notReady'`,
		Args: cobra.MaximumNArgs(1),
	}
	l.platform = newPlatform(cmd, dial)
	cmd.ValidArgsFunction = l.completeNames
	f := cmd.Flags()
	f.BoolVarP(&l.everywhere, "all-namespaces", "A", false, "show every namespace that has something of pullmode.io")
	f.BoolVarP(&l.watch, "watch", "w", false, "show it again when it changes, until interrupted")
	f.DurationVar(&l.wait, "wait", 0, "wait this long for everything to become ready, such as 2m")
	l.out = tableFlag(cmd)
	cmd.MarkFlagsMutuallyExclusive("watch", "wait")
	cmd.MarkFlagsMutuallyExclusive("watch", "output")
	cmd.RunE = troubled(l.run)
	return cmd
}

// lookEvery is how often a status that is watched or waited for is read.
const lookEvery = 2 * time.Second

func (l *looking) run(cmd *cobra.Command, args []string) error {
	access, err := l.flags.Access()
	if err != nil {
		return err
	}
	name := ""
	if len(args) == 1 {
		name = args[0]
	}
	if name != "" && l.everywhere {
		return usage("a name is of one namespace: leave out -A, or the name")
	}
	if l.watch {
		return l.follow(cmd, access, name)
	}
	deadline := time.Now().Add(l.wait)
	for {
		all, err := l.look(cmd.Context(), access, name)
		if err != nil {
			return err
		}
		if allReady(all) || !time.Now().Before(deadline) {
			return l.show(cmd.OutOrStdout(), all)
		}
		if !pause(cmd.Context(), lookEvery) {
			return cmd.Context().Err()
		}
	}
}

// look makes the overviews that are asked for.
func (l *looking) look(ctx context.Context, access *cluster.Access, name string) ([]*overview.Overview, error) {
	options := overview.Options{Name: name, Now: time.Now()}
	if !l.everywhere {
		objects, err := access.Objects(ctx)
		if err != nil {
			return nil, err
		}
		if objects.Empty() {
			if l.wait > 0 || l.watch {
				return []*overview.Overview{{Namespace: access.Namespace}}, nil // it may come
			}
			return nil, endsWith{access.Nothing(ctx, "nothing of pullmode.io"), exitFailed}
		}
		one, err := overview.Of(ctx, access, objects, options)
		return []*overview.Overview{one}, err
	}
	found, err := access.Everywhere(ctx)
	if err != nil {
		return nil, err
	}
	var all []*overview.Overview
	for _, namespace := range slices.Sorted(maps.Keys(found)) {
		one, err := overview.Of(ctx, access.In(namespace), found[namespace], options)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	if len(all) == 0 && !l.watch {
		return nil, endsWith{&cluster.Problem{What: "there is nothing of pullmode.io in the cluster", Next: "declare a RoutingRuntime: kubectl explain routingruntime.spec"}, exitFailed}
	}
	return all, nil
}

func allReady(all []*overview.Overview) bool {
	return !slices.ContainsFunc(all, func(v *overview.Overview) bool { return !v.Ready })
}

func (l *looking) show(w io.Writer, all []*overview.Overview) error {
	var err error
	switch {
	case l.out.text():
		_, err = fmt.Fprintln(w, strings.Join(lines(all, screen.Of(w)), "\n"))
	case l.everywhere:
		err = l.out.print(w, map[string]any{"items": all})
	default:
		err = l.out.print(w, all[0])
	}
	if err == nil && !allReady(all) {
		return errQuiet
	}
	return err
}

func lines(all []*overview.Overview, s screen.Screen) []string {
	var text []string
	for i, v := range all {
		if i > 0 {
			text = append(text, "", "")
		}
		text = append(text, v.Lines(s)...)
	}
	return text
}

// follow shows the status until it is interrupted: in place on a terminal, and below
// what stands there, when it has changed, elsewhere.
func (l *looking) follow(cmd *cobra.Command, access *cluster.Access, name string) error {
	out, s := cmd.OutOrStdout(), screen.Of(cmd.OutOrStdout())
	last := ""
	for {
		all, err := l.look(cmd.Context(), access, name)
		text := ""
		switch {
		case cmd.Context().Err() != nil:
			return nil
		case err != nil:
			text = explain(err, cmd.Root().DisplayName()) // it may answer again
		default:
			s = screen.Of(out)
			text = strings.Join(s.Fit(lines(all, s)), "\n")
		}
		switch {
		case s.Width > 0:
			// Home, each line with its end cleared, and what is below: a screen that is
			// cleared first would flicker.
			fmt.Fprint(out, "\x1b[H", strings.ReplaceAll(text, "\n", "\x1b[K\n"), "\x1b[K\n\x1b[J")
		case text != last:
			fmt.Fprint(out, text, "\n\n")
		}
		last = text
		if !pause(cmd.Context(), lookEvery) {
			return nil
		}
	}
}

// pause waits; false when the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
