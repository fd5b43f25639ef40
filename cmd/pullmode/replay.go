package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/record"
)

type replaying struct {
	signIn
	out *output
}

// replayed is what -o prints.
type replayed struct {
	*record.Result
	// Compared says whether a runtime was asked; Differences are what it says
	// otherwise.
	Compared    bool         `json:"compared"`
	Differences []difference `json:"differences"`
}

func newReplay() *cobra.Command {
	var r replaying
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Rebuild requests from the event sink's record, and say where a runtime differs",
		Long: `Read the CloudEvents that an event sink was posted, one a line or as a JSON array,
and rebuild from them what each request has come to. Events may come more than
once, and those of different requests in any order. The command says where the
record breaks a rule: a version that is missing, a state that cannot follow, two
open requests of one customer.

With --url, or somebody to sign in as, it also asks the runtime, and says what is
different there. It is asked for what the agent sees, so sign in as somebody who
is an Admin of every list, and while nothing happens.

It ends with exit code 1 when something is broken or different. FILE may be - for
the standard input.`,
		Example: `  pullmode replay record.ndjson
  pullmode replay record.ndjson --url https://runtime.example.com --token-file token
  zcat record.ndjson.gz | pullmode replay - --as sam --groups supervisors -o json`,
		Args: cobra.ExactArgs(1),
	}
	r.flags(cmd)
	r.out = outputFlag(cmd, asJSON, asYAML)
	cmd.RunE = r.run
	return cmd
}

func (r *replaying) run(cmd *cobra.Command, args []string) error {
	from, err := openRecord(cmd, args[0])
	if err != nil {
		return err
	}
	result, err := record.Replay(from)
	if err = errors.Join(err, from.Close()); err != nil {
		return err
	}
	all := replayed{Result: result, Differences: []difference{}, Compared: r.asked(cmd)}
	if all.Compared {
		agent, err := r.agent(cmd.Context())
		if err != nil {
			return err
		}
		defer agent.CloseIdle()
		if all.Differences, err = compare(cmd.Context(), agent, result.Requests); err != nil {
			return err
		}
	}
	if r.out.text() {
		err = all.text(cmd.OutOrStdout())
	} else {
		err = r.out.print(cmd.OutOrStdout(), all)
	}
	if err == nil && len(all.Findings)+len(all.Differences) > 0 {
		return errQuiet
	}
	return err
}

// asked says whether a runtime is to be compared with. A token in the environment
// alone is no wish for that.
func (r *replaying) asked(cmd *cobra.Command) bool {
	for _, flag := range []string{"url", "as", "token", "token-file"} {
		if cmd.Flags().Changed(flag) {
			return true
		}
	}
	return false
}

func openRecord(cmd *cobra.Command, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, usage("read the record: %w", err)
	}
	return file, err
}

func (r *replayed) text(w io.Writer) error {
	lines := board.Record(r.Result)
	for _, d := range r.Differences {
		lines = append(lines, board.Finding(d.Request, "", d.What))
	}
	_, err := fmt.Fprintln(w, strings.Join(append(lines, r.verdict()), "\n"))
	return err
}

func (r *replayed) verdict() string {
	switch findings, differences := len(r.Findings), len(r.Differences); {
	case findings > 0 && differences > 0:
		return fmt.Sprintf("The record is broken (findings: %d), and the runtime is different (differences: %d).", findings, differences)
	case findings > 0:
		return fmt.Sprintf("The record is broken (findings: %d).", findings)
	case differences > 0:
		return fmt.Sprintf("The record is sound, and the runtime is different (differences: %d).", differences)
	case r.Compared:
		return "The record is sound, and the runtime says the same."
	case r.Events == 0:
		return "The record is empty: there is no event of a runtime in it."
	}
	return "The record is sound."
}
