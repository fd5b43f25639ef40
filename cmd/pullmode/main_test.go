package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the scripts' golden files should be")

func TestMain(m *testing.M) {
	testscript.Main(withCluster{m}, map[string]func(){"pullmode": main, "kubectl-pullmode": main, "recorder": recorder})
}

// TestScripts runs the real commands, as processes. Besides testscript's own
// commands the scripts have:
//
//	exits CODE COMMAND...   run a command that ends with this exit code
//	start NAME COMMAND...   run a command beside the script
//	await NAME REGEXP       wait until it prints that; named groups become variables
//	stop NAME [CODE]        interrupt it; it has to end with this code (0)
//	finish NAME [CODE]      wait for it to end by itself
//	output NAME FILE        write what it has printed into a file
//	expand FILE...          put the variables into files that name them as $NAME
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			processes := newProcesses(env)
			env.Defer(processes.killAll)
			return os.CopyFS(filepath.Join(env.WorkDir, "samples"), os.DirFS(filepath.Join("..", "..", "config", "samples")))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "start": start, "await": await, "stop": stop, "finish": finish, "output": writeOutput,
			"expand": expand,
		},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	if got := codeOf(err); got != want {
		ts.Fatalf("it ended with exit code %d (%v), want %d", got, err, want)
	}
}

func codeOf(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}
