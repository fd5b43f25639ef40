package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/snapshot"
)

// A process that was given a backup ends well, and the next one is what was backed
// up; so is one whose directory was restored while it did not run.
func TestRestore(t *testing.T) {
	dir, operator := certificates(t)
	data := t.TempDir()
	args := func(data string) []string {
		return []string{
			"--name=pod-0", "--data-dir=" + data, "--addr=127.0.0.1:0", "--tls-dir=" + dir,
			"--admin-addr=127.0.0.1:0", "--admin-tls-dir=" + dir, "--metrics-addr=127.0.0.1:0",
		}
	}
	call := admin(t, operator)
	p := launch(t, args(data)...)
	at := fmt.Sprint(p.line("serving")["adminAddr"])
	before := report(t, call, at)
	saved := call("GET", at, "/admin/v1/backup", nil, http.StatusOK)

	var taken struct{ Epoch string }
	if err := json.Unmarshal(call("POST", at, "/admin/v1/restore", saved, http.StatusAccepted), &taken); err != nil || taken.Epoch != before.Epoch {
		t.Errorf("%+v, %v", taken, err)
	}
	if code := p.exit(); code != 0 {
		t.Fatalf("it ends with %d:\n%s", code, p.said())
	}
	p = launch(t, args(data)...)
	now := report(t, call, fmt.Sprint(p.line("serving")["adminAddr"]))
	if now.Epoch == before.Epoch || now.Epoch == "" {
		t.Errorf("the epoch is %q, was %q", now.Epoch, before.Epoch)
	}

	file, elsewhere := filepath.Join(t.TempDir(), "main.backup"), filepath.Join(t.TempDir(), "new")
	if err := os.WriteFile(file, saved, 0o600); err != nil {
		t.Fatal(err)
	}
	if p := launch(t, "restore", "--data-dir="+data, "--from="+file); p.exit() != exitFailed || !strings.Contains(p.said(), "in use by another process") {
		t.Errorf("restored under a process that runs:\n%s", p.said())
	}
	if p := launch(t, "restore", "--data-dir="+elsewhere, "--from="+file); p.exit() != 0 {
		t.Errorf("not restored:\n%s", p.said())
	}
	another := launch(t, args(elsewhere)...)
	if there := report(t, call, fmt.Sprint(another.line("serving")["adminAddr"])); there.Epoch == before.Epoch || there.Epoch == now.Epoch {
		t.Errorf("the epoch %q comes again", there.Epoch)
	}
	for _, p := range []*process{p, another} {
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if code := p.exit(); code != 0 {
			t.Errorf("%d:\n%s", code, p.said())
		}
	}
}

func TestRestoreErrors(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(t.TempDir(), "half.backup")
	if err := os.WriteFile(half, make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"no file named":  {[]string{"--data-dir=" + dir}, exitUsage, "from"},
		"no directory":   {[]string{"--from=" + half}, exitUsage, "data-dir"},
		"no such file":   {[]string{"--data-dir=" + dir, "--from=" + dir + "/none"}, exitFailed, "open the backup"},
		"a directory":    {[]string{"--data-dir=" + dir, "--from=" + dir}, exitFailed, dir + " is a directory: name the file"},
		"no backup":      {[]string{"--data-dir=" + dir, "--from=" + half}, exitFailed, "no backup of a store"},
		"standard input": {[]string{"--data-dir=" + dir, "--from=-"}, exitFailed, "no backup of a store"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p := launch(t, append([]string{"restore"}, tc.args...)...)
			if code := p.exit(); code != tc.code || !strings.Contains(p.said(), tc.says) {
				t.Errorf("exit %d, want %d, saying %q:\n%s", code, tc.code, tc.says, p.said())
			}
		})
	}
}

// admin calls admin ports with the operator's certificate.
func admin(t *testing.T, operator program.Credentials) func(method, addr, path string, body []byte, want int) []byte {
	pair, err := tls.X509KeyPair(operator.Certificate, operator.Key)
	if err != nil {
		t.Fatal(err)
	}
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(operator.Authorities)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: authorities, Certificates: []tls.Certificate{pair}, ServerName: operator.ServerName,
	}}}
	t.Cleanup(client.CloseIdleConnections)
	return func(method, addr, path string, body []byte, want int) []byte {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, "https://"+addr+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != want {
			t.Fatalf("%s %s: %d, want %d, %v", method, path, resp.StatusCode, want, err)
		}
		return answer
	}
}

func report(t *testing.T, call func(method, addr, path string, body []byte, want int) []byte, addr string) (r snapshot.Report) {
	t.Helper()
	if err := json.Unmarshal(call("GET", addr, "/admin/v1/configz", nil, http.StatusOK), &r); err != nil {
		t.Fatal(err)
	}
	return r
}
