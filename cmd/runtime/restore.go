package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/replica"
)

// restore is for a replica that does not run.
func restore() *cobra.Command {
	var o replica.Options
	var from string
	cmd := &cobra.Command{
		Use:   "restore --data-dir DIRECTORY --from FILE",
		Short: "Restore a backup into the directory of a stopped replica",
		Long: `Restore a backup into the directory of a replica that does not run, or into a new one.

The file is judged first; unless all of it is right, nothing changes. What was in
the directory is kept in it under the name "replaced", until the next start after
one that served. Everything after the backup is lost, and clients begin anew: their
cursors are of another epoch.

A replica that runs is given a backup through its admin port.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := observe.NewLogger(cmd.ErrOrStderr(), observe.FormatText, "info")
			if err != nil {
				return err
			}
			o.Log = log
			backup, err := open(from, cmd.InOrStdin())
			if err != nil {
				return &failure{fmt.Errorf("open the backup: %w", err)}
			}
			defer backup.Close()
			if err := replica.Restore(cmd.Context(), o, backup); err != nil {
				return &failure{err}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.DataDir, "data-dir", "", "`directory` of the store")
	f.StringVar(&from, "from", "", "`file` that a backup wrote, or - for standard input")
	_ = cmd.MarkFlagRequired("data-dir") // both are there
	_ = cmd.MarkFlagRequired("from")
	return cmd
}

func open(path string, stdin io.Reader) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(stdin), nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a directory: name the file", path)
	}
	return os.Open(path)
}
