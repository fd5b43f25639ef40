package kit

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything may take before a test gives up on it. It is far
// more than anything takes, also on a machine that does ten things at once.
const patience = 60 * time.Second

// Runtime is a `pullmode serve` of this machine.
type Runtime struct {
	// URL is where agents and connectors reach it, IssuerURL where agents sign in.
	// Both stay over a restart.
	URL, IssuerURL string

	t            testing.TB
	folder, data string
	flags        []string
	process      *exec.Cmd
	ended        chan error
	out          *output
}

// Serve starts `pullmode serve` on free ports of the loopback address with the YAML
// in objects, and stops it when the test ends. Flags come after those of its own.
func Serve(t testing.TB, objects fs.FS, flags ...string) *Runtime {
	t.Helper()
	r := &Runtime{t: t, folder: filepath.Join(t.TempDir(), "objects"), data: filepath.Join(t.TempDir(), "data"), flags: flags}
	if err := os.CopyFS(r.folder, objects); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop) // also of one that does not come to serve
	r.start(hold(t), hold(t))
	return r
}

var (
	serving = regexp.MustCompile(`Serving at (http://\S+):`)
	issuing = regexp.MustCompile(`built-in issuer (http://[^\s,]+)`)
)

// introduced is the last that `serve` says before it goes quiet.
const introduced = "Ctrl-C stops."

func (r *Runtime) start(addr, issuer string) {
	r.t.Helper()
	args := append([]string{"serve", r.folder, "--addr", addr, "--issuer-addr", issuer, "--data-dir", r.data}, r.flags...)
	process := exec.Command(Binary(r.t), args...)
	r.out, r.ended = &output{}, make(chan error, 1)
	process.Stdout, process.Stderr = r.out, r.out
	if err := process.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.process = process
	go func(ended chan<- error) {
		ended <- process.Wait()
		close(ended) // so that whoever asks later does not wait
	}(r.ended)
	said, err := r.out.wait(introduced, r.ended)
	if err != nil {
		r.t.Fatalf("pullmode serve does not serve: %v\n%s", err, said)
	}
	r.URL, r.IssuerURL = serving.FindStringSubmatch(said)[1], issuing.FindStringSubmatch(said)[1]
}

// Stop ends the process as Ctrl-C does, and waits for it. Once is enough.
func (r *Runtime) Stop() { r.end(syscall.SIGTERM) }

// Restart stops the process and starts it again at the same addresses, with what it
// had on disk.
func (r *Runtime) Restart() {
	r.t.Helper()
	r.Stop()
	r.Start()
}

// Start starts a process that was stopped, at the same addresses.
func (r *Runtime) Start() {
	r.t.Helper()
	r.start(strings.TrimPrefix(r.URL, "http://"), strings.TrimPrefix(r.IssuerURL, "http://"))
}

// Kill ends the process without letting it say good-bye.
func (r *Runtime) Kill() { r.end(syscall.SIGKILL) }

func (r *Runtime) end(with syscall.Signal) {
	if r.process == nil {
		return
	}
	process := r.process
	r.process = nil
	_ = process.Process.Signal(with) // it may have ended by itself
	select {
	case err := <-r.ended:
		if err != nil && with != syscall.SIGKILL {
			r.t.Errorf("pullmode serve ended with %v\n%s", err, r.out)
		}
	case <-time.After(patience):
		_ = process.Process.Kill()
		r.t.Errorf("pullmode serve did not stop\n%s", r.out)
	}
	if r.t.Failed() {
		r.t.Logf("pullmode serve said:\n%s", r.out)
	}
}

// Change writes one file of the objects and waits until it is in force.
func (r *Runtime) Change(name, yaml string) {
	r.t.Helper()
	r.out.forget()
	// Renamed into its place, so that no half of it is ever read.
	draft := filepath.Join(r.t.TempDir(), "draft")
	err := os.WriteFile(draft, []byte(yaml), 0o644)
	if err == nil {
		err = os.Rename(draft, filepath.Join(r.folder, name))
	}
	if err == nil {
		_, err = r.out.wait("reloaded:", r.ended)
	}
	if err != nil {
		r.t.Fatalf("change %s: %v\n%s", name, err, r.out)
	}
}
