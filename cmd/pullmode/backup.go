package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/cmd/pullmode/internal/archive"
	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

type saving struct {
	*platform
	file  string
	force bool
	// part is what is written until all of it is there.
	part string
}

func newBackup(dial program.Dial) *cobra.Command {
	var s saving
	cmd := &cobra.Command{
		Use:   "backup [NAME]",
		Short: "Write everything that a runtime holds into a file",
		Long: `Write everything that a runtime with storage.embedded holds into a file, while it goes on
serving: requests, conversations, who is subscribed, and the routing. The file is an etcd
snapshot. It has customers' words and the hashes of connectors' keys in it, and what
posts are signed with: keep it as you keep those. The command restore takes it back.

It is written beside its name first, and gets the name once all of it is on disk and its
hash is right. With storage.etcd, use that cluster's own tools.

It needs the right to read the Secret NAME-admin-client.`,
		Example: `  pullmode backup -n support
  pullmode backup main -o support.backup --force
  pullmode backup -o - | age -r AGE_RECIPIENT > support.backup.age`,
		Args: cobra.MaximumNArgs(1),
	}
	s.platform = newPlatform(cmd, dial)
	cmd.ValidArgsFunction = s.completeNames
	cmd.Flags().StringVarP(&s.file, "output", "o", "", "file to write, or - for the standard output; the default is NAMESPACE-NAME-TIME.backup here")
	cmd.Flags().BoolVar(&s.force, "force", false, "replace the file if there is one")
	cmd.RunE = s.run
	return cmd
}

func (s *saving) run(cmd *cobra.Command, args []string) error {
	if err := s.free(); err != nil {
		return err
	}
	p, err := s.keeper(cmd.Context(), strings.Join(args, ""))
	if err != nil {
		return err
	}
	defer p.Close()
	if s.file == "-" {
		return s.stream(cmd, p)
	}
	if s.file == "" {
		s.file = fmt.Sprintf("%s-%s-%s.backup", p.access.Namespace, p.runtime.Name, time.Now().UTC().Format("20060102T150405Z"))
	}
	size, err := s.save(cmd, p)
	defer os.Remove(s.part) // unless it has its name by then
	if err != nil {
		return err
	}
	contents, err := store.Inspect(s.part, keyspace.Slots)
	if err != nil {
		return &cluster.Problem{What: "what the runtime sent is not whole, so " + s.file + " was not written: " + err.Error(), Next: "try again"}
	}
	if err := s.name(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, with %s of RoutingRuntime %s\n", s.file, bytesOf(size), openRequests(contents.Keys), p.runtime.Name)
	return err
}

func openRequests(n int) string {
	if n == 1 {
		return "1 open request"
	}
	return fmt.Sprintf("%d open requests", n)
}

// free says that the file may be written.
func (s *saving) free() error {
	if s.file == "" || s.file == "-" {
		return nil
	}
	info, err := os.Stat(s.file)
	switch {
	case err == nil && info.IsDir():
		return usage("%s is a folder: name the file in it", s.file)
	case err == nil && !s.force:
		return usage("%s is there already: choose another name, or replace it with --force", s.file)
	}
	return nil
}

func (s *saving) save(cmd *cobra.Command, p *port) (size int64, err error) {
	// For its owner's eyes, and with a name that no other backup has: two at once would write into each other.
	file, err := os.CreateTemp(filepath.Dir(s.file), filepath.Base(s.file)+".*.part")
	if err != nil {
		return 0, &cluster.Problem{What: "the file cannot be written: " + err.Error()}
	}
	s.part = file.Name()
	size, err = receive(cmd, p, file)
	if err == nil {
		err = file.Sync()
	}
	return size, errors.Join(err, file.Close())
}

// name gives the file its name, so that it stays.
func (s *saving) name() error {
	if err := s.free(); err != nil { // somebody else's, meanwhile
		return err
	}
	if err := os.Rename(s.part, s.file); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(s.file))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// stream writes to the standard output. Whether all of it came is known only at its
// end, so that is told by the exit code.
func (s *saving) stream(cmd *cobra.Command, p *port) error {
	check := archive.NewCheck()
	if _, err := receive(cmd, p, io.MultiWriter(cmd.OutOrStdout(), check)); err != nil {
		return err
	}
	if err := check.Whole(); err != nil {
		return &cluster.Problem{What: "what was written is of no use: " + err.Error(), Next: "try again"}
	}
	return nil
}

func receive(cmd *cobra.Command, p *port, to io.Writer) (int64, error) {
	res, err := p.Do(cmd.Context(), http.MethodGet, p.replica, "backup", http.Header{}, http.NoBody)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	bar := newProgress(cmd.ErrOrStderr(), "backing up "+p.replica.Name, 0)
	n, err := io.Copy(io.MultiWriter(to, bar), res.Body)
	bar.end()
	if err != nil {
		return n, &cluster.Problem{What: fmt.Sprintf("the backup broke off after %s: %v", bytesOf(n), err), Next: "try again"}
	}
	return n, nil
}

// keeper opens the admin port of the replica that keeps everything: also one that is
// not ready, for it may be so because of what it keeps.
func (p *platform) keeper(ctx context.Context, name string) (*port, error) {
	port, err := p.reach(ctx, name, embedded)
	if err != nil {
		return nil, err
	}
	if port.replica, err = port.Ready(); err != nil {
		port.replica = port.Replicas[0]
	}
	return port, nil
}

// embedded refuses a runtime whose store is not its own to back up.
func embedded(rt *v1alpha1.RoutingRuntime) error {
	if rt.Spec.Storage.Etcd == nil {
		return nil
	}
	return &cluster.Problem{
		What: fmt.Sprintf("RoutingRuntime %s keeps everything in an etcd of its own (storage.etcd)", rt.Name),
		Next: fmt.Sprintf("use that cluster's tools: etcdctl --endpoints=%s snapshot save FILE", strings.Join(rt.Spec.Storage.Etcd.Endpoints, ",")),
	}
}
