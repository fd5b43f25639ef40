package replica_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/internal/port"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/snapshot"
)

// TestMain is also the process that the tests of kills kill: a replica of its own,
// on a real disk or on an etcd.
func TestMain(m *testing.M) {
	if encoded := os.Getenv("VICTIM"); encoded != "" {
		var l life
		err := json.Unmarshal([]byte(encoded), &l)
		if err == nil {
			err = l.live()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	leak.Main(m)
}

// life is what a victim lives with.
type life struct {
	Name, Addr string
	// Data is a directory, or the endpoints of an etcd.
	Data   string
	Config snapshot.Snapshot
}

// live serves until it is killed.
func (l life) live() error {
	ctx := context.Background()
	var etcd replica.Etcd
	if strings.HasPrefix(l.Data, "http") {
		l.Data, etcd.Endpoints = "", strings.Split(l.Data, ",")
	}
	r, err := replica.Start(ctx, replica.Options{
		Name: l.Name, DataDir: l.Data, Etcd: etcd, Addr: l.Addr, AllowLoopback: true,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	if refusal, err := r.Program(ctx, l.Config); err != nil || refusal != nil {
		return fmt.Errorf("program: %w, %+v", err, refusal)
	}
	fmt.Println("serving", r.Addr())
	return r.Wait()
}

// victim is the process.
type victim struct {
	t *testing.T
	life
	cmd     *exec.Cmd
	running bool
}

// newVictim starts a victim, which ends with the test at the latest.
func newVictim(t *testing.T, name, data string, config snapshot.Snapshot) *victim {
	t.Helper()
	v := &victim{t: t, life: life{Name: name, Data: data, Addr: port.Reserve(t), Config: config}}
	v.start()
	t.Cleanup(v.end)
	return v
}

// start runs it and waits until it serves; the address stays over restarts.
func (v *victim) start() {
	v.t.Helper()
	encoded, err := json.Marshal(v.life)
	if err != nil {
		v.t.Fatal(err)
	}
	v.cmd = exec.Command(os.Args[0])
	v.cmd.Env = append(os.Environ(), "VICTIM="+string(encoded))
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
	if want := fmt.Sprintln("serving", v.Addr); line != want {
		v.t.Fatalf("the victim says %q, want %q", line, want)
	}
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
