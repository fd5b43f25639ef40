// Command pullmode is the command line of pull-mode routing: it checks and serves
// a folder of YAML without a cluster, posts messages as a customer would, and
// sits at a desk as an agent would. Installed as kubectl-pullmode it is a plugin
// of kubectl.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks to stop; a second one finds the default and ends the process.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args))
}

// run gives the exit code: 0 when it went well, 2 when it was asked for wrongly, 1
// for everything else.
func run(ctx context.Context, args []string) int {
	name := commandName(args[0])
	ran := false
	root := newRoot(name, &ran)
	root.SetArgs(args[1:])
	cmd, err := root.ExecuteContextC(ctx)
	code := exitCode(err, ran)
	if code == 0 || isQuiet(err) {
		return code
	}
	fmt.Fprintf(os.Stderr, "%s: %s\n", name, explain(err, name))
	if code == exitUsage {
		fmt.Fprintf(os.Stderr, "  more with: %s --help\n", cmd.CommandPath())
	}
	return code
}
