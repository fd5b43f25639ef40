package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/verdicts"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/snapshot"
)

type compiling struct {
	source
	strict bool
	out    *output
}

func newCompile() *cobra.Command {
	var c compiling
	cmd := &cobra.Command{
		Use:   "compile FOLDER",
		Short: "Check a folder of YAML, and show what a runtime would be given",
		Long: `Check a folder of YAML without a cluster: what the API server would refuse, and what
the operator would write into the conditions Accepted and ResolvedRefs. A folder of -
means YAML from the standard input. Keys of connectors, their hashes and signing secrets
are never printed.

Exit codes: 0 when all objects are accepted and resolved, 1 when some are not (with
--strict also when there are warnings, or no RoutingRuntime to serve them), 2 when
the folder cannot be read.`,
		Example: `  pullmode compile config/samples
  pullmode compile --strict --assume-secrets deploy/production
  kubectl kustomize deploy/production | pullmode compile --namespace support -
  pullmode compile config/samples -o json | jq .snapshot`,
		Args: cobra.ExactArgs(1),
	}
	c.flags(cmd)
	cmd.Flags().BoolVar(&c.strict, "strict", false, "let warnings fail, too")
	c.out = outputFlag(cmd, asJSON, asYAML)
	cmd.RunE = c.run
	return cmd
}

// compiled is the outcome for a program to read.
type compiled struct {
	verdicts.Report
	// Digest is that of the snapshot with the hashes of keys.
	Digest   string             `json:"digest,omitempty"`
	Snapshot *snapshot.Snapshot `json:"snapshot,omitempty"`
}

func (c *compiling) run(cmd *cobra.Command, args []string) error {
	f, err := c.open(args[0], cmd.InOrStdin())
	if err != nil {
		return err
	}
	defer f.close()
	read, err := c.read(cmd.Context(), f, nil)
	if err != nil {
		return err
	}
	result := compile.Compile(read.Input)
	out := compiled{Report: verdicts.Of(read, result.Verdicts)}
	if out.Empty() {
		return usage("there is nothing of pullmode.io in %s", args[0])
	}
	if result.Snapshot != nil {
		encoded, err := result.Snapshot.Encode()
		if err != nil {
			return err
		}
		out.Digest, out.Snapshot = snapshot.Digest(encoded), withoutKeys(result.Snapshot)
	}
	if err := c.write(cmd.OutOrStdout(), out); err != nil {
		return err
	}
	bad, warnings := out.Count()
	if bad > 0 || c.strict && (warnings > 0 || out.Snapshot == nil) {
		return errQuiet
	}
	return nil
}

func (c *compiling) write(w io.Writer, out compiled) error {
	if !c.out.text() {
		return c.out.print(w, out)
	}
	if err := out.Write(w); err != nil {
		return err
	}
	if c.verbose {
		for _, n := range out.Notes {
			fmt.Fprintln(w, n)
		}
	} else if len(out.Notes) > 0 {
		fmt.Fprintf(w, "%d of other kinds left out (--verbose names them).\n", len(out.Notes))
	}
	last := "There is no RoutingRuntime, so nothing would serve these objects."
	switch {
	case out.Snapshot != nil:
		last = fmt.Sprintf("Snapshot %.12s.", out.Digest)
	case out.Has(snapshot.KindRuntime):
		last = "There is no snapshot: the RoutingRuntime has to be accepted first."
	}
	_, err := fmt.Fprintln(w, last)
	return err
}

// withoutKeys is a snapshot that can be shown: without what is signed with, and
// without hashes, for that of a weak key is as good as the key.
func withoutKeys(s *snapshot.Snapshot) *snapshot.Snapshot {
	shown := *s
	shown.Channels = slices.Clone(s.Channels)
	for i := range shown.Channels {
		c := &shown.Channels[i]
		c.KeyHashes, c.Outbound = nil, unsigned(c.Outbound)
	}
	shown.EventSink = unsigned(s.EventSink)
	return &shown
}

func unsigned(w *snapshot.Webhook) *snapshot.Webhook {
	if w == nil {
		return nil
	}
	return &snapshot.Webhook{URL: w.URL}
}

// opened is a folder to read from.
type opened struct {
	dir     string
	discard string // a temporary folder, if there is one
}

func (o opened) close() {
	if o.discard != "" {
		_ = os.RemoveAll(o.discard) // temporary: the system clears what is left
	}
}

// open finds the folder; - is what stands in the standard input.
func (s *source) open(name string, stdin io.Reader) (opened, error) {
	if name != "-" {
		info, err := os.Stat(name)
		switch {
		case err != nil:
			return opened{}, usage("read the folder: %w", err)
		case !info.IsDir():
			return opened{}, usage("%s is a file: name its folder, or put the file into the standard input and name -", name)
		}
		return opened{dir: name}, nil
	}
	text, err := io.ReadAll(stdin)
	if err != nil {
		return opened{}, usage("read the standard input: %w", err)
	}
	dir, err := os.MkdirTemp("", "pullmode-compile-")
	if err != nil {
		return opened{}, usage("keep the standard input: %w", err)
	}
	o := opened{dir: dir, discard: dir}
	if err := os.WriteFile(filepath.Join(dir, "stdin.yaml"), text, 0o600); err != nil {
		o.close()
		return opened{}, usage("keep the standard input: %w", err)
	}
	return o, nil
}
