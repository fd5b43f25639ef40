package conformance

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pullmode/operator/runtime/client"
)

// Options say how a run goes; the zero value runs everything.
type Options struct {
	// Only runs the cases of these rules, or with these ids (RULE/NAME).
	Only []string
	// Parallel is how many cases run at once. Default 8.
	Parallel int
	// Patience is how long a fact may take to come about. Default 20 s. It bounds how
	// long a broken rule keeps the run waiting and is nothing that a runtime is
	// measured by.
	Patience time.Duration
	// Binding is what agents' feeds come over. Default client.SSE.
	Binding client.Binding
	// Progress is told of each result as it comes, one at a time.
	Progress func(Result)
}

// caseTimeout bounds a case, in multiples of the patience: some wait for several
// facts, one after the other.
const caseTimeout = 10

// run is one run over a target.
type run struct {
	id      string
	target  *Target
	options Options
	http    *http.Client
	// number tells names apart, turn deals out the replicas.
	number, turn atomic.Int64
}

// Run puts the suite's configuration into force and runs the cases. An error means
// that there is no report: the target could not be made ready.
func Run(ctx context.Context, target *Target, o Options) (*Report, error) {
	cases, err := choose(o.Only)
	if err != nil {
		return nil, err
	}
	r, err := prepare(ctx, target, o)
	if err != nil {
		return nil, err
	}
	defer r.http.CloseIdleConnections()
	report := &Report{URLs: target.URLs, Version: target.Version, StartedAt: time.Now().UTC()}
	report.Results = r.all(ctx, cases)
	report.finish()
	return report, ctx.Err()
}

// prepare puts the suite's configuration into force.
func prepare(ctx context.Context, target *Target, o Options) (*run, error) {
	if len(target.URLs) == 0 {
		return nil, errors.New("there is no URL to test: name at least one replica")
	}
	if o.Parallel <= 0 {
		o.Parallel = 8
	}
	if o.Patience <= 0 {
		o.Patience = 20 * time.Second
	}
	if target.Apply != nil {
		yaml, err := Configuration(target.Setting)
		if err != nil {
			return nil, err
		}
		if err := target.Apply(ctx, yaml); err != nil {
			return nil, fmt.Errorf("put the suite's configuration into force: %w", err)
		}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.MaxIdleConns = 256, 1024
	return &run{
		id: strings.ToLower(rand.Text()[:8]), target: target, options: o,
		http: &http.Client{Transport: transport},
	}, nil
}

// ErrUnknownCase is what Run fails with when Options.Only names what there is not.
var ErrUnknownCase = errors.New("there is no such rule and no such case")

// choose picks cases; what is chosen and not there is a mistake.
func choose(only []string) ([]Case, error) {
	all := Cases()
	if len(only) == 0 {
		return all, nil
	}
	chosen := map[string]bool{}
	for _, o := range only {
		found := false
		for _, c := range all {
			if c.Rule == o || c.ID() == o {
				found, chosen[c.ID()] = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("%w: %q", ErrUnknownCase, o)
		}
	}
	return slices.DeleteFunc(all, func(c Case) bool { return !chosen[c.ID()] }), nil
}

// all runs the cases: side by side where they may, then those that have to be
// alone, one after the other.
func (r *run) all(ctx context.Context, cases []Case) []Result {
	results := make([]Result, len(cases))
	var progress sync.Mutex
	one := func(i int) {
		results[i] = r.one(ctx, cases[i])
		if r.options.Progress != nil {
			progress.Lock()
			defer progress.Unlock()
			r.options.Progress(results[i])
		}
	}
	var wg sync.WaitGroup
	places := make(chan struct{}, r.options.Parallel)
	for i, c := range cases {
		if c.alone() {
			continue
		}
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			one(i)
		})
	}
	wg.Wait()
	for i, c := range cases {
		if c.alone() {
			one(i)
		}
	}
	return results
}

func (r *run) one(ctx context.Context, c Case) Result {
	rule, _ := RuleOf(c.Rule)
	result := Result{Rule: c.Rule, Text: rule.Text, Case: c.Name, Result: Passed}
	for _, n := range c.Needs {
		if !r.target.has(n) {
			result.Result, result.Detail = Skipped, lacks[n]
			return result
		}
	}
	ctx, cancel := context.WithTimeout(ctx, caseTimeout*r.options.Patience)
	defer cancel()
	t := &T{Context: ctx, Target: r.target, run: r, c: c}
	began := time.Now()
	result.Detail = t.do()
	result.Duration = time.Since(began)
	if result.Detail != "" {
		result.Result = Failed
	}
	return result
}
