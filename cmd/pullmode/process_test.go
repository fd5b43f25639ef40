package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience bounds how long a script waits for a fact.
const patience = 2 * time.Minute

// processes run beside a script.
type processes struct {
	env    *testscript.Env
	byName map[string]*process
}

type processesKey struct{}

func newProcesses(env *testscript.Env) *processes {
	p := &processes{env: env, byName: map[string]*process{}}
	env.Values[processesKey{}] = p
	return p
}

func (p *processes) killAll() {
	for _, one := range p.byName {
		_ = one.cmd.Process.Kill() // it may have ended
		<-one.done
	}
}

// process collects what a command prints to both of its outputs.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // once done

	mu      sync.Mutex
	printed bytes.Buffer
	read    int           // of printed, what await has seen
	more    chan struct{} // closed when more is printed
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.more)
	p.more = make(chan struct{})
	return p.printed.Write(b)
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.printed.String()
}

// find looks for the expression in the lines that were not read yet: half a line has
// half a word at its end. Without it, more is closed when it is worth another look.
func (p *process) find(expression *regexp.Regexp) (groups []string, more <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rest := p.printed.Bytes()[p.read:]
	rest = rest[:bytes.LastIndexByte(rest, '\n')+1]
	at := expression.FindSubmatchIndex(rest)
	if at == nil {
		return nil, p.more
	}
	for i := 0; i < len(at); i += 2 {
		groups = append(groups, string(rest[max(at[i], 0):max(at[i+1], 0)]))
	}
	p.read += at[1]
	return groups, nil
}

func start(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: start NAME COMMAND...")
	}
	all := ts.Value(processesKey{}).(*processes)
	p := &process{cmd: exec.Command(args[1], args[2:]...), done: make(chan struct{}), more: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = ts.MkAbs("."), all.env.Vars
	p.cmd.Stdout, p.cmd.Stderr = p, p
	ts.Check(p.cmd.Start())
	all.byName[args[0]] = p
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
}

func running(ts *testscript.TestScript, name string) *process {
	p := ts.Value(processesKey{}).(*processes).byName[name]
	if p == nil {
		ts.Fatalf("%s was not started", name)
	}
	return p
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: await NAME REGEXP")
	}
	p := running(ts, args[0])
	expression, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	enough := time.After(patience)
	for ended := false; ; {
		groups, more := p.find(expression)
		if groups != nil {
			for i, name := range expression.SubexpNames() {
				if name != "" {
					ts.Setenv(name, groups[i])
				}
			}
			return
		}
		if ended {
			ts.Fatalf("%s ended (%v) and never printed %q:\n%s", args[0], p.err, args[1], p.text())
		}
		select {
		case <-more:
		case <-p.done:
			ended = true
		case <-enough:
			ts.Fatalf("%s does not print %q:\n%s", args[0], args[1], p.text())
		}
	}
}

func stop(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(running(ts, args[0]).cmd.Process.Signal(os.Interrupt))
	finish(ts, neg, args)
}

func finish(ts *testscript.TestScript, _ bool, args []string) {
	p, want := running(ts, args[0]), 0
	if len(args) > 1 {
		var err error
		want, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	select {
	case <-p.done:
	case <-time.After(patience):
		ts.Fatalf("%s does not end:\n%s", args[0], p.text())
	}
	if got := codeOf(p.err); got != want {
		ts.Fatalf("%s ended with exit code %d, want %d:\n%s", args[0], got, want, p.text())
	}
}

func writeOutput(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: output NAME FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(running(ts, args[0]).text()), 0o600))
}
