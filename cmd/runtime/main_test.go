package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/workload"
	"github.com/pullmode/operator/runtime/snapshot"
)

// TestMain is also the program: a test runs it as a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("BE_THE_RUNTIME") != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// process is the program, running.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	done chan struct{}

	mu  sync.Mutex
	log bytes.Buffer
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0], args...), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), "BE_THE_RUNTIME=1")
	p.cmd.Stderr, p.cmd.Stdout = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // what it came to is asked of exit
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it has ended where the test went well
		<-p.done
	})
	return p
}

func (p *process) exit() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		p.t.Fatalf("still running after a minute:\n%s", p.said())
	}
	return p.cmd.ProcessState.ExitCode()
}

// line waits for a line of the log and gives its fields.
func (p *process) line(msg string) (said map[string]any) {
	p.t.Helper()
	gomega.NewWithT(p.t).Eventually(func() bool {
		for _, line := range strings.Split(p.said(), "\n") {
			said = nil
			if json.Unmarshal([]byte(line), &said) == nil && said["msg"] == msg {
				return true
			}
		}
		return false
	}, time.Minute, time.Millisecond).Should(gomega.BeTrue(), func() string {
		return fmt.Sprintf("never said %q:\n%s", msg, p.said())
	})
	return said
}

// The operator's own client programs the program, which drains when it is told to
// stop and serves the same after another start.
func TestServe(t *testing.T) {
	dir, operator := certificates(t)
	data := t.TempDir()
	args := []string{
		"--name=pod-0", "--data-dir=" + data, "--addr=127.0.0.1:0", "--admin-addr=127.0.0.1:0",
		"--admin-tls-dir=" + dir, "--metrics-addr=127.0.0.1:0", "--drain-timeout=20s",
	}
	p := launch(t, args...)
	serving := p.line("serving")
	client, err := program.NewClient(operator, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, target := context.Background(), program.Target{Name: "pod-0", Addr: fmt.Sprint(serving["adminAddr"])}
	if report, err := client.Report(ctx, target); err != nil || report.Sequence != 0 || report.Replica != "pod-0" {
		t.Fatalf("%+v, %v", report, err)
	}
	encoded, err := (&snapshot.Snapshot{
		FormatVersion: snapshot.FormatVersion, Runtime: snapshot.Source{Name: "main", UID: "uid", Generation: 1},
		Retention: snapshot.Retention{Closed: snapshot.Duration(time.Hour), Feed: snapshot.Duration(10 * time.Minute)},
	}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	put, err := client.Put(ctx, target, 1, encoded)
	if err != nil || put.Sequence != 1 || put.Digest != snapshot.Digest(encoded) {
		t.Fatalf("%+v, %v", put, err)
	}
	var refused *program.Refusal
	if _, err := client.Put(ctx, target, 7, encoded); !errors.As(err, &refused) || refused.Reason != snapshot.SequenceConflict {
		t.Errorf("%v", err)
	}
	if back, err := client.Snapshot(ctx, target); err != nil || back.Sequence != 1 {
		t.Errorf("%+v, %v", back, err)
	}
	ready(t, serving)

	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.exit(); code != 0 {
		t.Fatalf("a drain ends with %d:\n%s", code, p.said())
	}

	p = launch(t, args...)
	serving = p.line("serving")
	ready(t, serving) // without the operator
	target.Addr = fmt.Sprint(serving["adminAddr"])
	if report, err := client.Report(ctx, target); err != nil || report.Digest != put.Digest || report.Epoch != put.Epoch {
		t.Errorf("%+v, %v", report, err)
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := p.exit(); code != 0 {
		t.Errorf("%d:\n%s", code, p.said())
	}
}

// certificates are those that the operator makes: the port's in a directory, as its
// Secret is mounted, and the operator's own.
func certificates(t *testing.T) (dir string, operator program.Credentials) {
	t.Helper()
	main := &v1alpha1.RoutingRuntime{}
	main.Name = "main"
	made, err := workload.Renew(main, workload.Credentials{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for name, content := range made.Server {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, program.Credentials{
		Authorities: made.Client["ca.crt"], Certificate: made.Client["tls.crt"], Key: made.Client["tls.key"],
		ServerName: workload.AdminServerName(main.Name),
	}
}

// ready waits for the readiness probe.
func ready(t *testing.T, serving map[string]any) {
	t.Helper()
	gomega.NewWithT(t).Eventually(func() (int, error) {
		resp, err := http.Get(fmt.Sprintf("http://%s/readyz", serving["metricsAddr"]))
		if err != nil {
			return 0, err
		}
		return resp.StatusCode, resp.Body.Close()
	}, time.Minute, time.Millisecond).Should(gomega.Equal(http.StatusOK), "never ready")
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"help":             {[]string{"--help"}, 0, "Exit codes"},
		"version":          {[]string{"--version"}, 0, "runtime version"},
		"no directory":     {nil, exitUsage, "data-dir"},
		"two stores":       {[]string{"--data-dir=" + dir, "--etcd-endpoints=http://127.0.0.1:1"}, exitUsage, "none of the others can be"},
		"prefix of none":   {[]string{"--data-dir=" + dir, "--etcd-prefix=/a/"}, exitUsage, "none of the others can be"},
		"no etcd there":    {[]string{"--etcd-endpoints=http://127.0.0.1:1", "--addr=127.0.0.1:0", "--metrics-addr="}, exitFailed, "check that the endpoints"},
		"no etcd address":  {[]string{"--etcd-endpoints=127.0.0.1:1", "--addr=127.0.0.1:0", "--metrics-addr="}, exitFailed, "https://etcd-0:2379"},
		"no etcd tls":      {[]string{"--etcd-endpoints=https://127.0.0.1:1", "--etcd-tls-dir=" + dir, "--addr=127.0.0.1:0", "--metrics-addr="}, exitFailed, "certificates for etcd"},
		"unknown flag":     {[]string{"--data-dir=" + dir, "--colour=red"}, exitUsage, "--help"},
		"argument":         {[]string{"--data-dir=" + dir, "now"}, exitUsage, "now"},
		"log level":        {[]string{"--data-dir=" + dir, "--log-level=loud"}, exitUsage, "debug, info, warn or error"},
		"no such address":  {[]string{"--data-dir=" + dir, "--addr=nowhere.invalid:1"}, exitFailed, "choose another address"},
		"no certificates":  {[]string{"--data-dir=" + dir, "--addr=127.0.0.1:0", "--metrics-addr=", "--admin-addr=127.0.0.1:0", "--admin-tls-dir=" + dir}, exitFailed, "tls.crt"},
		"directory a file": {[]string{"--data-dir=" + os.Args[0], "--addr=127.0.0.1:0", "--metrics-addr="}, exitFailed, "data directory"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p := launch(t, tc.args...)
			if code := p.exit(); code != tc.code || !strings.Contains(p.said(), tc.says) {
				t.Errorf("exit %d, want %d, saying %q:\n%s", code, tc.code, tc.says, p.said())
			}
		})
	}
}
