// Command pullmode is the command line of pull-mode routing: it checks and serves
// a folder of YAML without a cluster, shows and operates what runs in one, posts
// messages as a customer would, and sits at a desk as an agent would. Installed as
// kubectl-pullmode it is a plugin of kubectl.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/pullmode/operator/controllers/program"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks to stop; a second one finds the default and ends the process.
	context.AfterFunc(ctx, stop)
	// What libraries log is for programs; what matters comes back as an error.
	klog.SetLogger(logr.Discard())
	log.SetLogger(logr.Discard())
	os.Exit(run(ctx, os.Args, streams{os.Stdin, os.Stdout, os.Stderr}, nil))
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run gives the exit code: 0 when it went well, 2 when it was asked for wrongly, 1
// for everything else, unless the command's help says otherwise. dial is newRoot's.
func run(ctx context.Context, args []string, s streams, dial program.Dial) int {
	name := commandName(args[0])
	ran := false
	root := newRoot(name, &ran, dial)
	root.SetArgs(args[1:])
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	cmd, err := root.ExecuteContextC(ctx)
	code := exitCode(err, ran)
	if code == 0 || isQuiet(err) {
		return code
	}
	fmt.Fprintf(s.err, "%s: %s\n", name, explain(err, name))
	if wrong := (usageError{}); !ran || errors.As(err, &wrong) {
		fmt.Fprintf(s.err, "  more with: %s --help\n", cmd.CommandPath())
	}
	return code
}
