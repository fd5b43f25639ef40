package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/load"
	"github.com/pullmode/operator/runtime/client"
)

type loading struct {
	load.Options
	search                    load.Search
	url, issuer, tokenCommand string
	key, keyFile, metricsURL  string
	binding                   string
	mix                       map[string]string
	findMax, printConfig      bool
	out                       *output
}

func newLoad() *cobra.Command {
	var l loading
	cmd := &cobra.Command{
		Use:   "load",
		Short: "Put agents and customers on a runtime, and hold it to what it published",
		Long: `Put agents and customers on a runtime, and hold it to what it published. Agents have
real connections, which they lose at random; customers' requests are joined, written to,
left and closed. In the end, what every agent was told is held against what was
published to them: nothing may be lost, come twice or in the wrong order.

Without --url it is a runtime of the command's own, in a process beside this one, which
--restart kills (SIGKILL) in between. With --url it is the one that answers there, and
what --print-config prints has to be in force. It ends with 1 when anything was lost,
came twice or in the wrong order, or when calls were given up. Ctrl-C ends it with the
report of what was done by then.

Every agent needs three open files, here and at the runtime; the command raises its
limit as far as it may, and says when that is not enough.`,
		Example: `  pullmode load
  pullmode load --agents 1000 --lists 20 --rate 20 --duration 5m --drop 30s --restart 2
  pullmode load --binding websocket --mix joins=3,leaves=2,messages=5,closes=1
  pullmode load --find-max --agents 500 --lists 10
  pullmode load --print-config --lists 20 --key "$KEY" | kubectl apply --server-side -n test -f -
  pullmode load --url https://routing.example.com --issuer https://issuer.example.com --lists 20 --key "$KEY"
  pullmode load -o json | jq '{lost, duplicates, orderErrors}'`,
		Args: cobra.NoArgs,
		RunE: l.run,
	}
	l.flags(cmd)
	return cmd
}

func (l *loading) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&l.Agents, "agents", 100, "how many agents; they share the lists evenly")
	f.IntVar(&l.Lists, "lists", 4, "how many lists")
	f.IntVar(&l.Customers, "customers", 0, "how many customers at most; who has a request open opens no other one (default: as many as it takes)")
	f.Float64Var(&l.Rate, "rate", 10, "how many requests are opened a second; with --find-max the first rate that is tried")
	f.StringToStringVar(&l.mix, "mix", map[string]string{"joins": "2", "leaves": "1", "messages": "2", "closes": "0.9"}, "how often each happens to a request, on average")
	f.DurationVar(&l.Life, "life", 5*time.Second, "how long all that takes")
	f.DurationVar(&l.Duration, "duration", 30*time.Second, "how long requests are opened")
	f.StringVar(&l.binding, "binding", string(client.SSE), "what agents' feeds come over: "+bindings)
	f.DurationVar(&l.Drop, "drop", 0, "how long an agent keeps a connection, on average, before they lose it (default: for ever)")
	f.DurationVar(&l.Away, "away", 2*time.Second, "how long an agent is without a network then, at most")
	f.IntVar(&l.Restarts, "restart", 0, "how often the command's own runtime is killed and started again")
	f.DurationVar(&l.Patience, "patience", 30*time.Second, "how long everything may take to arrive in the end")
	f.StringVar(&l.url, "url", "", "address of a runtime (default: one of the command's own)")
	f.StringVar(&l.issuer, "issuer", cmp.Or(os.Getenv(envIssuer), defaultIssuer), "with --url: address of a development issuer ($"+envIssuer+")")
	f.StringVar(&l.tokenCommand, "token-command", "", "with --url: command that prints a token for $PULLMODE_AGENT with the groups $PULLMODE_GROUPS; instead of --issuer")
	f.StringVar(&l.key, "key", "", "key of the channels' connectors ($"+envKey+"; default: one of this run)")
	f.StringVar(&l.keyFile, "key-file", "", "file with the key")
	f.StringVar(&l.metricsURL, "metrics-url", "", "with --url: address of the runtime's /metrics, for the report")
	f.BoolVar(&l.findMax, "find-max", false, "raise the rate until something gives way, and say what")
	f.DurationVar(&l.search.Step, "step", 10*time.Second, "with --find-max: how long each rate is held")
	f.DurationVar(&l.search.Limit, "limit", time.Second, "with --find-max: what 99 of 100 notifications may take")
	f.BoolVar(&l.printConfig, "print-config", false, "print the configuration that the load needs, and do nothing")
	cmd.MarkFlagsMutuallyExclusive("key", "key-file")
	cmd.MarkFlagsMutuallyExclusive("find-max", "duration")
	cmd.MarkFlagsMutuallyExclusive("find-max", "restart")
	l.out = tableFlag(cmd)
}

func (l *loading) run(cmd *cobra.Command, _ []string) (err error) {
	if err := l.complete(); err != nil {
		return err
	}
	if l.printConfig {
		yaml, err := load.Configuration(l.Lists, l.key)
		if err == nil {
			_, err = cmd.OutOrStdout().Write(yaml)
		}
		return err
	}
	if err := l.Check(load.Target{URL: l.url}); err != nil {
		return usageError{err}
	}
	ctx := cmd.Context()
	target, end, err := l.target(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	line := newLoadLine(cmd.ErrOrStderr())
	l.Progress = line.show
	var report *load.Report
	if l.findMax {
		report, err = load.FindHighest(ctx, target, l.Options, l.search)
	} else {
		report, err = load.Run(ctx, target, l.Options)
	}
	line.end()
	if err != nil {
		return err
	}
	if l.out.text() {
		err = report.Table(cmd.OutOrStdout())
	} else {
		err = l.out.print(cmd.OutOrStdout(), report)
	}
	if err == nil && !report.Clean() {
		return errQuiet
	}
	return err
}

// complete makes options of what the flags say.
func (l *loading) complete() (err error) {
	l.Binding = client.Binding(l.binding)
	if err := checkBinding(l.binding); err != nil {
		return err
	}
	for name, into := range map[string]*float64{
		"joins": &l.Mix.Joins, "leaves": &l.Mix.Leaves, "messages": &l.Mix.Messages, "closes": &l.Mix.Closes,
	} {
		text, given := l.mix[name]
		if !given {
			continue
		}
		if *into, err = strconv.ParseFloat(text, 64); err != nil || *into < 0 {
			return usage("--mix: %s=%s is no number of times", name, text)
		}
		delete(l.mix, name)
	}
	for name := range l.mix {
		return usage("--mix: there is no %q: use joins, leaves, messages, closes", name)
	}
	if given := l.key != "" || l.keyFile != "" || os.Getenv(envKey) != ""; !given && l.url == "" && !l.printConfig {
		l.key = rand.Text()
		return nil
	}
	l.key, err = (&sending{key: l.key, keyFile: l.keyFile}).readKey()
	return err
}

// target is the runtime under load. end ends it, where it is of the command's own.
func (l *loading) target(ctx context.Context) (target load.Target, end func() error, err error) {
	target = load.Target{URL: l.url, Key: l.key, MetricsURL: l.metricsURL, UserAgent: "pullmode-load"}
	end = func() error { return nil }
	if l.url == "" {
		own, err := load.StartOwn(ctx, l.Lists, l.key)
		if err != nil {
			return target, nil, err
		}
		l.issuer, l.tokenCommand = own.IssuerURL(), ""
		target.URL, target.MetricsURL, target.Restart, end = own.URL(), own.MetricsURL(), own.Restart, own.Stop
	}
	target.Token = func(ctx context.Context, name, group string) client.TokenSource {
		if l.tokenCommand == "" {
			return (&identity{issuer: l.issuer, name: name, groups: []string{group}}).source(ctx)
		}
		return commandTokens(ctx, l.tokenCommand, name, group)
	}
	return target, end, nil
}
