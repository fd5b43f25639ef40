package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/conformance"
)

// exitSkipped says that nothing failed, and that not everything was tried.
const exitSkipped = 3

type conforming struct {
	urls                                        []string
	issuer, tokenCommand                        string
	applyCommand, deleteCommand, restartCommand string
	runtimeName, key, signingKey, oldCursor     string
	listen, advertise, receiver                 string
	only                                        []string
	binding                                     string
	parallel                                    int
	patience                                    time.Duration
	report                                      string
	list, printConfig, allowSkips               bool
	bench                                       string
	rounds, agents                              int
	etcd                                        []string
	replicas                                    int
	out                                         io.Writer
}

func newConformance() *cobra.Command {
	var c conforming
	cmd := &cobra.Command{
		Use:   "conformance",
		Short: "Hold a runtime to every rule of pull-mode routing",
		Long: `Hold a runtime to every rule of pull-mode routing, over its public API alone. Without
--url it is a runtime in this process; with it, any that answers there.

What a case needs and is not given, it is skipped for, which the command says loudly:
it ends with 3, unless --allow-skips.`,
		Example: `  pullmode conformance
  pullmode conformance --only T14 --only G1
  pullmode conformance --binding websocket
  pullmode conformance --url https://routing.example.com --issuer http://127.0.0.1:8081 \
      --apply-command 'kubectl apply --server-side --force-conflicts -n test -f -' \
      --delete-command 'kubectl delete -n test --ignore-not-found -f -' \
      --restart-command 'kubectl rollout restart -n test statefulset/main && kubectl rollout status -n test statefulset/main' \
      --listen :9000 --advertise http://me.example.com:9000 --report report.json
  pullmode conformance --bench grab --rounds 100`,
		Args: cobra.NoArgs,
		RunE: c.run,
	}
	c.flags(cmd)
	cmd.AddCommand(newConformanceReceiver())
	return cmd
}

// newConformanceReceiver is the part of the suite that has to be where the runtime
// reaches it.
func newConformanceReceiver() *cobra.Command {
	var addr, key string
	cmd := &cobra.Command{
		Use:   "receiver",
		Short: "Take what a runtime posts, for a suite that runs elsewhere",
		Long: `Take what a runtime posts to channels' outbound URLs and to its event sink, and show it to a suite that the
runtime cannot reach: the runtime posts here (--advertise), and the suite asks here (--receiver).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if key == "" {
				return usage("give --signing-key: the one that the suite is given, too")
			}
			mailbox, err := conformance.Listen(addr, key)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "receiving at", mailbox.Addr())
			<-cmd.Context().Done()
			return mailbox.Close()
		},
	}
	cmd.Flags().StringVar(&addr, "listen", ":8080", "address to take posts at")
	cmd.Flags().StringVar(&key, "signing-key", os.Getenv("PULLMODE_SIGNING_KEY"), "key that posts are signed with ($PULLMODE_SIGNING_KEY)")
	return cmd
}

func (c *conforming) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&c.urls, "url", nil, "address of the runtime; repeat it for several replicas (default: a runtime in this process)")
	f.StringVar(&c.issuer, "issuer", cmp.Or(os.Getenv(envIssuer), defaultIssuer), "address of a development issuer, which gives a token for any name ($"+envIssuer+")")
	f.StringVar(&c.tokenCommand, "token-command", "", "command that prints a token for $PULLMODE_AGENT with the groups $PULLMODE_GROUPS, separated by commas; instead of --issuer")
	f.StringVar(&c.applyCommand, "apply-command", "", "command that puts the YAML of its standard input into force")
	f.StringVar(&c.deleteCommand, "delete-command", "", "command that deletes the objects of its standard input")
	f.StringVar(&c.restartCommand, "restart-command", "", "command that restarts the runtime, and ends when it is up again")
	f.StringVar(&c.runtimeName, "runtime-name", "main", "name of the RoutingRuntime, whose settings the suite changes")
	f.StringVar(&c.key, "key", "", "connectors' key, where the configuration was applied by hand ($"+envKey+"; default: one of this run)")
	f.StringVar(&c.signingKey, "signing-key", "", "key of what the runtime posts, where the configuration was applied by hand (default: one of this run)")
	f.StringVar(&c.oldCursor, "old-cursor", "", "cursor that is older than what the runtime keeps of its feed")
	f.StringVar(&c.listen, "listen", "127.0.0.1:0", "address at which the suite takes what the runtime posts")
	f.StringVar(&c.advertise, "advertise", "", "URL at which the runtime reaches --listen")
	f.StringVar(&c.receiver, "receiver", "", "URL at which the suite reaches a pullmode conformance receiver that the runtime reaches at --advertise; instead of --listen")
	f.StringArrayVar(&c.only, "only", nil, "only the cases of this rule, or this case (RULE/NAME); repeat it for several")
	f.StringVar(&c.binding, "binding", string(client.SSE), "what agents' feeds come over: "+bindings)
	f.IntVar(&c.parallel, "parallel", 8, "how many cases run at once")
	f.DurationVar(&c.patience, "patience", 20*time.Second, "how long a fact may take to come about")
	f.StringVar(&c.report, "report", "", "file for the report, as JSON")
	f.BoolVar(&c.list, "list", false, "list the rules and their cases, and do nothing")
	f.BoolVar(&c.printConfig, "print-config", false, "print the suite's configuration, and do nothing")
	f.BoolVar(&c.allowSkips, "allow-skips", false, "do not fail because cases were skipped")
	f.StringVar(&c.bench, "bench", "", "measure instead: grab (G1)")
	f.IntVar(&c.rounds, "rounds", 100, "rounds of --bench")
	f.IntVar(&c.agents, "agents", 200, "agents of --bench")
	f.StringSliceVar(&c.etcd, "etcd", nil, "in this process: endpoints of an external etcd, which several replicas need")
	f.IntVar(&c.replicas, "replicas", 1, "in this process: how many replicas")
	cmd.MarkFlagsMutuallyExclusive("receiver", "listen")
	cmd.MarkFlagsMutuallyExclusive("url", "etcd")
	cmd.MarkFlagsMutuallyExclusive("url", "replicas")
}

func (c *conforming) run(cmd *cobra.Command, _ []string) (err error) {
	ctx := cmd.Context()
	c.out = cmd.OutOrStdout()
	if c.list {
		return c.listCases()
	}
	if err := checkBinding(c.binding); err != nil {
		return err
	}
	target := c.target()
	if c.printConfig {
		yaml, err := conformance.Configuration(target.Setting)
		if err == nil {
			_, err = c.out.Write(yaml)
		}
		return err
	}
	end, err := c.open(ctx, target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	if c.bench != "" {
		return c.measure(ctx, target)
	}
	report, err := conformance.Run(ctx, target, conformance.Options{
		Only: c.only, Binding: client.Binding(c.binding), Parallel: c.parallel, Patience: c.patience, Progress: c.progress,
	})
	if errors.Is(err, conformance.ErrUnknownCase) {
		return usage("%w: --list shows those there are", err)
	}
	if err != nil {
		return err
	}
	return c.conclude(report)
}

func (c *conforming) measure(ctx context.Context, target *conformance.Target) error {
	if c.bench != "grab" {
		return usage("there is no benchmark %q: grab is the one there is", c.bench)
	}
	return conformance.BenchGrab(ctx, target, c.agents, c.rounds, c.out)
}

func (c *conforming) progress(r conformance.Result) {
	fmt.Fprintf(c.out, "%-7s  %s/%s\n", r.Result, r.Rule, r.Case)
	if r.Result == conformance.Failed {
		fmt.Fprintf(c.out, "         %s\n", r.Detail)
	}
}

// conclude shows the report, writes it, and turns it into an exit code.
func (c *conforming) conclude(report *conformance.Report) error {
	fmt.Fprintln(c.out)
	if err := report.Table(c.out); err != nil {
		return err
	}
	if c.report != "" {
		var text bytes.Buffer
		if err := report.JSON(&text); err != nil {
			return err
		}
		if err := os.WriteFile(c.report, text.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	switch {
	case report.Failed > 0:
		fmt.Fprintf(c.out, "NOT CONFORMANT: broken are %s\n", strings.Join(report.Broken(), ", "))
		return errQuiet
	case report.Skipped > 0:
		fmt.Fprintf(c.out, "NOT EVERYTHING WAS TRIED: %d cases were skipped, see why above\n", report.Skipped)
		if !c.allowSkips {
			return skippedError{}
		}
	}
	return nil
}

// skippedError ends the command with exitSkipped.
type skippedError struct{}

func (skippedError) Error() string        { return errQuiet.Error() }
func (skippedError) Is(target error) bool { return target == errQuiet }
func (skippedError) exitCode() int        { return exitSkipped }

func (c *conforming) listCases() error {
	t := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tCASE\tNEEDS\tWHAT THE RULE SAYS")
	for _, one := range conformance.Cases() {
		rule, _ := conformance.RuleOf(one.Rule)
		needs := []string{}
		for _, n := range one.Needs {
			needs = append(needs, string(n))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", one.Rule, one.Name, strings.Join(needs, ","), rule.Text)
	}
	return t.Flush()
}
