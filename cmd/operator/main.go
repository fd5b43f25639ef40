// The operator: it deploys the runtimes of a cluster and makes what is declared
// in YAML what they serve.
package main

import (
	"fmt"
	"os"

	"github.com/go-logr/zapr"
	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/pullmode/operator/cmd/internal/version"
	"github.com/pullmode/operator/controllers/operator"
	"github.com/pullmode/operator/controllers/routing"
)

func main() {
	if err := command().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "operator:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	var o operator.Options
	var level, format string
	cmd := &cobra.Command{
		Use:   "operator",
		Short: "Deploy routing runtimes and program them from YAML",
		Long: `Deploy routing runtimes and program them from YAML.

In every namespace with a RoutingRuntime the operator runs that runtime, compiles
the namespace's MediaRoutingDomains, Worklists, Channels and AgentSubscriptions
into a snapshot, hands it to the runtime, reads back what every replica serves,
and says so in the objects' conditions.

It finds the cluster as kubectl does: --kubeconfig is not a flag here, set
KUBECONFIG, or run it in a pod. With --leader-elect several can run; one works.
POD_NAMESPACE names the namespace of its own pods: its lease is there, and only
its pods may connect to the runtimes' admin ports.`,
		Version:           version.String(),
		Args:              cobra.NoArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		RunE: func(*cobra.Command, []string) error {
			log, err := logger(level, format)
			if err != nil {
				return err
			}
			o.Log = zapr.NewLogger(log)
			return run(o)
		},
	}
	o.Namespace = os.Getenv("POD_NAMESPACE")
	f := cmd.Flags()
	f.StringVar(&o.RuntimeImage, "runtime-image", os.Getenv("RUNTIME_IMAGE"), "`image` of runtimes whose RoutingRuntime names none; default from RUNTIME_IMAGE")
	f.DurationVar(&o.HoldOff, "hold-off", routing.DefaultHoldOff, "how long the first change of a burst waits for the rest of it")
	f.DurationVar(&o.DriftInterval, "drift-interval", routing.DefaultDriftInterval, "how often runtimes are asked what they serve while nothing changes")
	f.StringSliceVar(&o.Namespaces, "namespaces", nil, "look after these `namespaces` only, separated by commas; all of them by default")
	f.BoolVar(&o.LeaderElect, "leader-elect", false, "work only while holding the lease, so that several operators can run")
	f.StringVar(&o.MetricsAddress, "metrics-bind-address", ":8080", "`address` for /metrics, HTTP; 0 for none")
	f.StringVar(&o.HealthAddress, "health-probe-bind-address", ":8081", "`address` for /healthz and /readyz, HTTP; 0 for none")
	f.StringVar(&level, "log-level", "info", "debug, info, warn or error")
	f.StringVar(&format, "log-format", "json", "json or text")
	return cmd
}

func run(o operator.Options) error {
	ctrl.SetLogger(o.Log)
	klog.SetLogger(o.Log)
	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find the cluster (set KUBECONFIG, or run in a pod): %w", err)
	}
	ctx := ctrl.SetupSignalHandler()
	o.Log.Info("starting", "version", version.String(), "runtimeImage", o.RuntimeImage, "namespaces", o.Namespaces)
	if err := operator.Await(ctx, config, o); err != nil {
		return err
	}
	mgr, err := operator.New(config, o)
	if err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func logger(level, format string) (*zap.Logger, error) {
	parsed, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("--log-level %q is not known: use debug, info, warn or error", level)
	}
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(parsed)
	config.Sampling = nil // every line about an object counts
	config.EncoderConfig.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	switch format {
	case "json":
	case "text":
		config.Encoding = "console"
	default:
		return nil, fmt.Errorf("--log-format %q is not known: use json or text", format)
	}
	return config.Build()
}
