package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/standalone"
	"github.com/pullmode/operator/cmd/pullmode/internal/verdicts"
	"github.com/pullmode/operator/cmd/pullmode/internal/watch"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/observe"
)

type serving struct {
	source
	addr, issuerAddr, metricsAddr string
	dataDir, logLevel             string
	tokenTTL                      time.Duration

	name   string // of the command
	out    io.Writer
	server *standalone.Server
	// last is what was read last, shown what was said of it last.
	last  *folder.Folder
	shown *verdicts.Report
}

func newServe() *cobra.Command {
	var s serving
	cmd := &cobra.Command{
		Use:   "serve FOLDER",
		Short: "Serve a folder of YAML without a cluster, and reload it on change",
		Long: `Serve a folder of YAML without a cluster: the operator's compiler and the runtime in
one process. A change of the folder takes effect by itself; an object that becomes
wrong stays as it was until it is corrected.

Two things are different from a cluster, for a first look and for tests: agents sign
in at a built-in issuer, which stands in for those of the RoutingRuntime and gives a
token for any name; and besides the keys in the folder's Secrets, every channel takes
a key of the server's own, which is printed.`,
		Example: `  pullmode serve config/samples
  pullmode serve config/samples --data-dir ./data
  pullmode serve deploy/production --namespace support --assume-secrets --addr 127.0.0.1:9000`,
		Args: cobra.ExactArgs(1),
	}
	s.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&s.addr, "addr", "127.0.0.1:8080", "address for agents and connectors; a port of 0 chooses a free one")
	f.StringVar(&s.issuerAddr, "issuer-addr", "127.0.0.1:8081", "address for the built-in issuer, of this machine alone; a port of 0 chooses a free one")
	f.DurationVar(&s.tokenTTL, "token-ttl", issuer.DefaultTokenTTL, "how long a token of the built-in issuer counts; a short time shows how desks renew theirs")
	f.StringVar(&s.metricsAddr, "metrics-addr", "", "address for /healthz, /readyz and /metrics (default: none)")
	f.StringVar(&s.dataDir, "data-dir", "", "folder that keeps requests over a restart (default: a temporary one, removed at the end)")
	f.StringVar(&s.logLevel, "log-level", "error", "what the runtime logs to the standard error: debug, info, warn, error")
	cmd.RunE = s.run
	return cmd
}

func (s *serving) run(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	s.name, s.out = cmd.Root().DisplayName(), cmd.OutOrStdout()
	if args[0] == "-" {
		return usage("only a folder can be watched: name one")
	}
	from, err := s.open(args[0], nil)
	if err != nil {
		return err
	}
	if err := s.apart(from); err != nil {
		return err
	}
	log, err := observe.NewLogger(cmd.ErrOrStderr(), observe.FormatText, s.logLevel)
	if err != nil {
		return usageError{err}
	}
	if s.server, err = standalone.Start(ctx, standalone.Options{
		Addr: s.addr, IssuerAddr: s.issuerAddr, TokenTTL: s.tokenTTL, MetricsAddr: s.metricsAddr, DataDir: s.dataDir, Version: readVersion().Version, Log: log,
	}); err != nil {
		return err
	}
	err = s.serve(ctx, from)
	if s.shown != nil {
		fmt.Fprintln(s.out, "stopping")
	}
	return errors.Join(err, s.server.Stop(context.WithoutCancel(ctx)))
}

// apart refuses a data folder inside of the folder that is served: every request
// would be a change of it.
func (s *serving) apart(from opened) error {
	served, err := filepath.Abs(from.dir)
	if err != nil || s.dataDir == "" {
		return err
	}
	data, err := filepath.Abs(s.dataDir)
	if err != nil {
		return err
	}
	inside, err := filepath.Rel(served, data)
	if err != nil || strings.HasPrefix(inside, ".") && inside != "." {
		return nil // elsewhere, or hidden from the reader
	}
	return usage("--data-dir %s is inside of %s, which is served: put it elsewhere, or let its name begin with a dot", s.dataDir, from.dir)
}

// emptied is how often lists that are deleted are looked at, whether the last
// request of them is closed.
const emptied = 5 * time.Second

// serve goes on until ctx ends or something breaks.
func (s *serving) serve(ctx context.Context, from opened) error {
	ctx, cancel := context.WithCancel(ctx)
	ready, changed, watched := make(chan struct{}), make(chan struct{}, 1), make(chan error, 1)
	go func() {
		watched <- watch.Folder(ctx, from.dir, func() { close(ready) }, func() {
			select {
			case changed <- struct{}{}:
			default: // one is waiting, and will read this change too
			}
		})
	}()
	watching := true
	defer func() {
		cancel()
		if watching {
			<-watched
		}
	}()
	select {
	case <-ready: // from here on no change is missed
	case err := <-watched:
		watching = false
		return err
	}
	if err := s.begin(ctx, from); err != nil {
		return ended(ctx, err)
	}
	tick := time.NewTicker(emptied)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-watched:
			watching = false
			return ended(ctx, err)
		case err := <-s.server.Failed():
			return err
		case <-changed:
			s.reload(ctx, from)
		case <-tick.C:
			if s.server.Draining() {
				s.reload(ctx, from)
			}
		}
	}
}

// ended is no error when the end was asked for.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// begin takes the folder into force for the first time.
func (s *serving) begin(ctx context.Context, from opened) error {
	adopted, report, err := s.adopt(ctx, from)
	if err != nil {
		return err
	}
	if report.Empty() {
		return usage("there is nothing of pullmode.io in %s", from.dir)
	}
	if err := report.Write(s.out); err != nil {
		return err
	}
	if adopted.Served == nil {
		return errors.New("there is nothing to serve yet: correct the RoutingRuntime")
	}
	return s.introduce(adopted)
}

// adopt reads the folder and takes it into force.
func (s *serving) adopt(ctx context.Context, from opened) (standalone.Adopted, verdicts.Report, error) {
	read, err := s.read(ctx, from, s.last)
	if err != nil {
		return standalone.Adopted{}, verdicts.Report{}, err
	}
	adopted, err := s.server.Adopt(ctx, read.Input)
	report := verdicts.Of(read, adopted.Verdicts)
	s.last, s.shown = read, &report
	return adopted, report, err
}

// reload takes a change into force. Whatever is wrong with it, what was served
// goes on being served.
func (s *serving) reload(ctx context.Context, from opened) {
	before := *s.shown
	adopted, report, err := s.adopt(ctx, from)
	if ctx.Err() != nil {
		return
	}
	at := time.Now().Format(time.TimeOnly)
	if err != nil {
		fmt.Fprintf(s.out, "\n%s  the change is not in force, what was served still is: %v\n", at, err)
		return
	}
	if !report.Equal(before) {
		fmt.Fprintln(s.out)
		_ = report.Write(s.out) // nobody reads any more; the service goes on
	}
	if adopted.Changed {
		fmt.Fprintf(s.out, "%s  reloaded: %s\n", at, s.inForce())
	}
}
