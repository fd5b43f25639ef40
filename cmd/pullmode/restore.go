package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

type restoring struct {
	*platform
	timeout time.Duration
	sure    *sureness
}

func newRestore(dial program.Dial) *cobra.Command {
	var r restoring
	cmd := &cobra.Command{
		Use:   "restore NAME FILE",
		Short: "Put what a backup holds in the place of what a runtime holds",
		Long: `Put what a backup holds in the place of everything that a runtime with storage.embedded
holds. The file is checked here first, then by the runtime, which then starts again with
it. What happened after the backup is gone: connected agents and connectors are told, and
load everything anew. The routing is brought to what is declared by the operator, at once.

It needs the right to read the Secret NAME-admin-client.`,
		Example: `  pullmode restore main support-main-20260314T090000Z.backup -n support
  pullmode restore main support.backup --yes --timeout 10m`,
		Args: cobra.ExactArgs(2),
	}
	r.platform = newPlatform(cmd, dial)
	cmd.ValidArgsFunction = r.completeNames
	cmd.Flags().DurationVar(&r.timeout, "timeout", 5*time.Minute, "how long to wait for the runtime to serve again")
	r.sure = sureFlag(cmd)
	cmd.RunE = r.run
	return cmd
}

func (r *restoring) run(cmd *cobra.Command, args []string) error {
	file := args[1]
	contents, err := inspected(file)
	if err != nil {
		return err
	}
	p, err := r.keeper(cmd.Context(), args[0])
	if err != nil {
		return err
	}
	defer p.Close()
	before, err := p.Report(cmd.Context(), p.replica)
	if err != nil {
		return &cluster.Problem{
			What: fmt.Sprintf("replica %s does not answer: it %s", p.replica.Name, program.Reading{Err: err}.Silence()),
			Next: "see how its pod is with the command status",
		}
	}
	if err := r.sure.ask(cmd, func() (string, error) { return question(p, before, file, contents), nil }); err != nil {
		return err
	}
	if err := send(cmd, p, file); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s has taken the backup and starts again.\n", p.replica.Name)
	after, err := r.await(cmd, p, before.Epoch)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "RoutingRuntime %s serves again, with %s. Agents and connectors are told that it was restored, and load everything anew.\n",
		p.runtime.Name, openRequests(openOf(after)))
	return err
}

// inspected checks the file before anybody is asked or anything is sent.
func inspected(file string) (store.Contents, error) {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return store.Contents{}, usage("%s is a folder: name the file in it", file)
	}
	contents, err := store.Inspect(file, keyspace.Slots)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return contents, usage("there is no file %s", file)
	case errors.Is(err, store.ErrNotABackup):
		return contents, &cluster.Problem{What: file + " cannot be restored: " + err.Error(), Next: "nothing was changed; name a file that the command backup wrote"}
	case err != nil:
		return contents, &cluster.Problem{What: file + " cannot be read: " + err.Error()}
	}
	return contents, nil
}

func question(p *port, now *snapshot.Report, file string, contents store.Contents) string {
	text := fmt.Sprintf("Replace everything that RoutingRuntime %s in namespace %s holds (%s) with what %s holds (%s)?",
		p.runtime.Name, p.access.Namespace, openRequests(openOf(now)), file, openRequests(contents.Keys))
	if contents.Epoch != now.Epoch {
		text = "The backup is of another runtime, or of this one before it was restored the last time.\n" + text
	}
	return text
}

func openOf(r *snapshot.Report) (open int) {
	for _, l := range r.Lists {
		open += int(l.Open)
	}
	return open
}

func send(cmd *cobra.Command, p *port, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	bar := newProgress(cmd.ErrOrStderr(), "restoring "+p.replica.Name, info.Size())
	res, err := p.Do(cmd.Context(), http.MethodPost, p.replica, "restore", http.Header{"Content-Type": {"application/octet-stream"}}, io.TeeReader(file, bar))
	bar.end()
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// await waits until the replica serves in another epoch, and says what it waits for
// whenever that changes.
func (r *restoring) await(cmd *cobra.Command, p *port, epoch string) (*snapshot.Report, error) {
	ctx, cancel := context.WithTimeout(cmd.Context(), r.timeout)
	defer cancel()
	const every = 500 * time.Millisecond
	waits := ""
	for {
		report, why := p.restored(ctx, epoch)
		if why == "" {
			return report, nil
		}
		if why != waits && ctx.Err() == nil {
			fmt.Fprintln(cmd.ErrOrStderr(), why)
			waits = why
		}
		if !pause(ctx, every) {
			break
		}
	}
	if cmd.Context().Err() != nil {
		return nil, cmd.Context().Err()
	}
	return nil, &cluster.Problem{
		What: fmt.Sprintf("the runtime has taken the backup and does not serve it after %s: %s", r.timeout, waits),
		Next: "see how it is with the command status; what it held before is kept on its volume until it has served the backup",
	}
}

// restored tells what of a restore is still to come; empty when all is done.
func (p *port) restored(ctx context.Context, epoch string) (*snapshot.Report, string) {
	name := p.replica.Name
	if err := p.Refresh(ctx); err != nil {
		return nil, "The API server does not say where the replica is: " + err.Error()
	}
	found := false
	for _, t := range p.Replicas {
		if t.Name == name {
			p.replica, found = t, true
		}
	}
	if !found {
		return nil, fmt.Sprintf("There is no pod %s at the moment.", name)
	}
	report, err := p.Report(ctx, p.replica)
	switch {
	case err != nil:
		return nil, fmt.Sprintf("%s does not answer while it starts again.", name)
	case report.Epoch == epoch:
		return nil, fmt.Sprintf("%s still serves what it held before.", name)
	case report.Digest == "":
		return nil, fmt.Sprintf("%s has the backup, and waits to be programmed by the operator.", name)
	case !p.replica.Ready:
		return nil, fmt.Sprintf("%s has the backup, and is about to become ready.", name)
	}
	return report, ""
}
