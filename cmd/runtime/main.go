// The runtime: one replica of the server that parks customers' requests on lists
// and tells agents of them. It knows nothing of Kubernetes; the operator starts it
// with these flags and programs it through its admin port.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/internal/version"
	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/replica"
)

// Exit codes, for whoever starts the runtime.
const (
	exitFailed = 1 // it could not start, or could not go on; the last lines say why
	exitUsage  = 2 // the flags do not make sense
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	cmd := command()
	cmd.SetArgs(args)
	err := cmd.Execute()
	var failed *failure
	switch {
	case err == nil:
		return 0
	case errors.As(err, &failed):
		fmt.Fprintln(os.Stderr, "runtime:", failed.err)
		return exitFailed
	}
	fmt.Fprintf(os.Stderr, "runtime: %v\nSee runtime --help.\n", err)
	return exitUsage
}

// failure is an error of the replica, and not of the flags.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }

func command() *cobra.Command {
	var o replica.Options
	var level, format string
	cmd := &cobra.Command{
		Use:   "runtime",
		Short: "Serve pull-mode routing: one replica",
		Long: `Serve pull-mode routing: one replica of the runtime.

Connectors and agents come in at --addr: REST and a feed of server-sent events,
described by /openapi.json. The operator comes in at --admin-addr, with a client
certificate, and programs what is routed how. Health and metrics are plain HTTP
at --metrics-addr: /healthz, /readyz, /metrics.

What the runtime has answered is on disk in --data-dir. It can be killed at any
time; started again on the same directory it goes on where it was, and so do the
feeds of its clients. Only one process can have a directory open.

With --etcd-endpoints instead, it is on the disks of an etcd cluster, version 3.5
or later and best its own. Any number of replicas with the same endpoints and
--etcd-prefix are one runtime: each takes every command and resumes every feed.

SIGTERM and SIGINT drain: not ready any more, clients are told to connect again,
running calls end, all within --drain-timeout. A second signal stops at once.

Exit codes: 0 after a drain, 1 when it could not start or go on, 2 for flags that cannot be read.`,
		Version:           version.String(),
		Args:              cobra.NoArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := observe.NewLogger(os.Stderr, format, level)
			if err != nil {
				return err
			}
			o.Log, o.Version = log, version.String()
			if err := serve(cmd.Context(), o); err != nil {
				return &failure{err}
			}
			return nil
		},
	}
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.AddCommand(restore())
	hostname, _ := os.Hostname() // without one, --name must be given
	f := cmd.Flags()
	f.StringVar(&o.Name, "name", hostname, "this replica's own `name`, in Kubernetes its pod's")
	f.StringVar(&o.DataDir, "data-dir", "", "`directory` of the store, on a volume of its own; made if it is not there (this or --etcd-endpoints)")
	f.StringSliceVar(&o.Etcd.Endpoints, "etcd-endpoints", nil, "`addresses` of an external etcd's members, such as https://etcd-0:2379, separated by commas")
	f.StringVar(&o.Etcd.Prefix, "etcd-prefix", "", "`prefix` of all keys in the external etcd, one for each runtime (default \"/pullmode/\")")
	f.StringVar(&o.Etcd.TLSDir, "etcd-tls-dir", "", "`directory` with tls.crt and tls.key to show to the external etcd, and the ca.crt of its members; read again when they change")
	f.StringVar(&o.Addr, "addr", ":8080", "`address` for agents and connectors, HTTP, or HTTPS with --tls-dir")
	f.StringVar(&o.TLSDir, "tls-dir", "", "`directory` with tls.crt and tls.key of --addr; read again when they change")
	f.StringVar(&o.AdminAddr, "admin-addr", "", "`address` for the operator, mutual TLS; without one nothing programs this replica but what its store holds")
	f.StringVar(&o.AdminTLSDir, "admin-tls-dir", "", "`directory` with tls.crt and tls.key of the admin port and the ca.crt of its clients; read again when they change")
	f.StringVar(&o.MetricsAddr, "metrics-addr", ":9090", "`address` for /healthz, /readyz and /metrics, HTTP; empty for none")
	f.DurationVar(&o.DrainTimeout, "drain-timeout", 30*time.Second, "how long a stop may take")
	f.Var((*addrs)(&o.RefusedAddrs), "refuse-addr", "`address` that messages and events are not posted to, whatever their URLs say, such as the node's; repeat it for several")
	f.BoolVar(&o.AllowLoopback, "allow-loopback", false, "let messages and events be posted to this machine: for development only")
	f.StringVar(&level, "log-level", "info", "debug, info, warn or error")
	f.StringVar(&format, "log-format", observe.FormatJSON, "json or text")
	cmd.MarkFlagsOneRequired("data-dir", "etcd-endpoints")
	for _, flag := range []string{"etcd-endpoints", "etcd-prefix", "etcd-tls-dir"} {
		cmd.MarkFlagsMutuallyExclusive("data-dir", flag)
	}
	return cmd
}

func serve(ctx context.Context, o replica.Options) error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)

	ctx, stopNow := context.WithCancelCause(ctx)
	defer stopNow(nil)
	stopping := make(chan struct{})
	go func() {
		<-signals
		close(stopping)
		<-signals
		stopNow(errors.New("told to stop twice"))
	}()
	r, err := start(ctx, o, stopping)
	if err != nil {
		return err
	}
	stopped := make(chan error, 1)
	go func() { stopped <- r.Wait() }()
	select {
	case err := <-stopped:
		return err
	case <-stopping:
		o.Log.Info("told to stop")
		return r.Stop(ctx)
	}
}

// start starts a replica, unless it is told to stop first: to read a large store
// takes a while.
func start(ctx context.Context, o replica.Options, stopping <-chan struct{}) (*replica.Replica, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	started := make(chan struct{})
	defer close(started)
	go func() {
		select {
		case <-stopping:
			cancel(errors.New("told to stop while starting"))
		case <-started:
		}
	}()
	r, err := replica.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	o.Log.Info("serving", "version", o.Version, "addr", text(r.Addr()), "adminAddr", text(r.AdminAddr()), "metricsAddr", text(r.MetricsAddr()))
	return r, nil
}

// text is an address for the log, empty for a port that there is not.
func text(a net.Addr) string {
	if a == nil {
		return ""
	}
	return a.String()
}
