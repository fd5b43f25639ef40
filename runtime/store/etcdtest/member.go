package etcdtest

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

// arguments names the variable that makes a test binary a member of a cluster.
const arguments = "ETCDTEST_ARGUMENTS"

// The test binary becomes etcd before its tests are heard of, so that a package needs no TestMain for it.
func init() {
	if args := os.Getenv(arguments); args != "" {
		etcdmain.Main(strings.Split(args, "\n"))
		os.Exit(0)
	}
}

// Member is one process of a cluster.
type Member struct {
	// Name is m0, m1, ...; Endpoint is its address for clients. Both stay over restarts.
	Name, Endpoint string

	t         testing.TB
	dir, peer string
	flags     []string
	cmd       *exec.Cmd
	done      chan struct{}
}

// Start runs the member, on the data that it has. It does not wait until it serves.
func (m *Member) Start() {
	m.t.Helper()
	binary, err := os.Executable()
	if err != nil {
		m.t.Fatal(err)
	}
	args := append([]string{
		"etcd", "--name=" + m.Name, "--data-dir=" + m.dir, "--log-level=error", "--logger=zap",
		"--listen-client-urls=" + m.Endpoint, "--advertise-client-urls=" + m.Endpoint,
		"--listen-peer-urls=" + m.peer, "--initial-advertise-peer-urls=" + m.peer,
	}, m.flags...)
	cmd, done := exec.Command(binary), make(chan struct{})
	cmd.Env = append(os.Environ(), arguments+"="+strings.Join(args, "\n"))
	cmd.Stdout, cmd.Stderr = m.t.Output(), m.t.Output()
	cmd.SysProcAttr = dieWithParent
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	go func() {
		defer close(done)
		_ = cmd.Wait() // it is killed, or says why not
	}()
	m.cmd, m.done = cmd, done
}

// Running reports whether there is a process.
func (m *Member) Running() bool {
	select {
	case <-m.done:
		return false
	default:
		return true
	}
}

// Kill ends the process as a power cut would. Start runs it again.
func (m *Member) Kill() {
	m.t.Helper()
	m.signal(syscall.SIGKILL)
	select {
	case <-m.done:
	case <-time.After(time.Minute):
		m.t.Fatalf("%s does not end", m.Name)
	}
}

// Pause stops the process where it is, connections and all, as a machine does that hangs. Resume has it go on.
func (m *Member) Pause() {
	m.t.Helper()
	m.signal(syscall.SIGSTOP)
}

// Resume ends a Pause.
func (m *Member) Resume() {
	m.t.Helper()
	m.signal(syscall.SIGCONT)
}

func (m *Member) signal(signal syscall.Signal) {
	m.t.Helper()
	if err := m.cmd.Process.Signal(signal); err != nil {
		m.t.Fatalf("%v to %s: %v", signal, m.Name, err)
	}
}

// end is at the end of the test.
func (m *Member) end() {
	if m.Running() {
		_ = m.cmd.Process.Kill() // it may have ended at this moment
	}
	<-m.done
}
