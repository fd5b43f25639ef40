package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/hold"
)

// Own is a runtime of the load's own: a process of this program that serves the
// load's configuration, and can be killed.
type Own struct {
	dir                   string
	addr, issuer, metrics string
	// release gives its ports back: they are its own over every restart.
	release []func()

	mu   sync.Mutex
	cmd  *exec.Cmd
	said *bytes.Buffer
	gone chan struct{}
}

// StartOwn starts a runtime for as many lists, whose connectors have this key.
func StartOwn(ctx context.Context, lists int, key string) (*Own, error) {
	dir, err := os.MkdirTemp("", "pullmode-load-")
	if err != nil {
		return nil, fmt.Errorf("make the runtime's folder: %w", err)
	}
	o := &Own{dir: dir}
	if err := o.prepare(lists, key); err != nil {
		return nil, errors.Join(err, o.Stop())
	}
	if err := o.start(ctx); err != nil {
		return nil, errors.Join(err, o.Stop())
	}
	return o, nil
}

func (o *Own) prepare(lists int, key string) error {
	yaml, err := Configuration(lists, key)
	if err != nil {
		return err
	}
	if err := os.Mkdir(o.folder(), 0o700); err != nil {
		return fmt.Errorf("make the configuration's folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(o.folder(), "load.yaml"), yaml, 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	for _, addr := range []*string{&o.addr, &o.issuer, &o.metrics} {
		var release func()
		if *addr, release, err = hold.Port(); err != nil {
			return fmt.Errorf("find a free port: %w", err)
		}
		o.release = append(o.release, release)
	}
	return nil
}

func (o *Own) folder() string { return filepath.Join(o.dir, "config") }

// URL is where the runtime answers, IssuerURL where agents get their tokens, and
// MetricsURL where its metrics are.
func (o *Own) URL() string        { return "http://" + o.addr }
func (o *Own) IssuerURL() string  { return "http://" + o.issuer }
func (o *Own) MetricsURL() string { return "http://" + o.metrics + "/metrics" }

// patience is how long a start may take, with whatever else the machine has to do.
const patience = time.Minute

// start runs the process and waits until it serves.
func (o *Own) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if err := o.spawn(); err != nil {
			return err
		}
		err := o.served(ctx)
		if err == nil {
			return nil
		}
		o.kill()
		if pause(ctx, 100*time.Millisecond) != nil {
			return fmt.Errorf("the load's own runtime does not serve: %w: %s", err, bytes.TrimSpace(o.said.Bytes()))
		}
	}
}

func (o *Own) spawn() error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.Command(program, "serve", o.folder(), "--addr", o.addr, "--issuer-addr", o.issuer,
		"--metrics-addr", o.metrics, "--data-dir", filepath.Join(o.dir, "data"))
	cmd.Args[0] = os.Args[0]
	said, gone := &bytes.Buffer{}, make(chan struct{})
	cmd.Stderr = said
	apart(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the load's own runtime: %w", err)
	}
	go func() {
		defer close(gone)
		_ = cmd.Wait() // it is killed
	}()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cmd, o.said, o.gone = cmd, said, gone
	return nil
}

// served waits until the runtime is ready.
func (o *Own) served(ctx context.Context) error {
	for {
		resp, err := metricsClient.Get("http://" + o.metrics + "/readyz")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-o.gone:
			return errors.New("it ended")
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// kill ends the process at once, and waits for its end.
func (o *Own) kill() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cmd != nil {
		_ = o.cmd.Process.Kill() // it may have ended
		<-o.gone
	}
}

// Restart kills the runtime with SIGKILL and starts it again on what it has kept.
func (o *Own) Restart(ctx context.Context) error {
	o.kill()
	return o.start(ctx)
}

// Stop ends the runtime and removes what it has kept.
func (o *Own) Stop() error {
	o.kill()
	for _, release := range o.release {
		release()
	}
	return os.RemoveAll(o.dir)
}
