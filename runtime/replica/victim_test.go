package replica_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/replica"
)

// TestMain is also the process that TestKill kills: a replica of its own, on a real
// disk or on an etcd.
func TestMain(m *testing.M) {
	if data := os.Getenv("VICTIM_DATA"); data != "" {
		if err := live(os.Getenv("VICTIM_NAME"), data, os.Getenv("VICTIM_ADDR"), os.Getenv("VICTIM_ISSUER")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// live serves until it is killed. data is a directory, or the endpoints of an etcd.
func live(name, data, addr, issuer string) error {
	ctx := context.Background()
	var etcd replica.Etcd
	if strings.HasPrefix(data, "http") {
		data, etcd.Endpoints = "", strings.Split(data, ",")
	}
	r, err := replica.Start(ctx, replica.Options{
		Name: name, DataDir: data, Etcd: etcd, Addr: addr, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	if refusal, err := r.Program(ctx, site.Config(issuer)); err != nil || refusal != nil {
		return fmt.Errorf("program: %w, %+v", err, refusal)
	}
	fmt.Println("serving", r.Addr())
	return r.Wait()
}

// victim is the process.
type victim struct {
	t                        *testing.T
	name, data, addr, issuer string
	cmd                      *exec.Cmd
	running                  bool
}

// start runs it and waits until it serves; the address stays over restarts.
func (v *victim) start() {
	v.t.Helper()
	v.cmd = exec.Command(os.Args[0])
	v.cmd.Env = append(os.Environ(), "VICTIM_NAME="+v.name, "VICTIM_DATA="+v.data, "VICTIM_ADDR="+v.addr, "VICTIM_ISSUER="+v.issuer)
	v.cmd.Stderr = v.t.Output()
	v.cmd.SysProcAttr = dieWithParent
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := v.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	v.running = true
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		v.t.Fatalf("the victim does not serve: %v", err)
	}
	v.addr = strings.TrimSpace(strings.TrimPrefix(line, "serving "))
}

// kill ends it as a power cut would.
func (v *victim) kill() {
	v.t.Helper()
	if err := v.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		v.t.Fatal(err)
	}
	_ = v.cmd.Wait() // it says that it was killed
	v.running = false
}

// end is at the end of the test.
func (v *victim) end() {
	if v.running {
		v.kill()
	}
}
