package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

const sampleKey = "sample-key-that-everybody-knows"

// post posts a customer's message on the sample's channel, and gives its request.
func post(t *testing.T, p *pod, customer string) string {
	t.Helper()
	c, err := client.NewConnector(p.url(), "c2", sampleKey, client.Options{Attempts: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdle()
	receipt, err := c.Post(t.Context(), protocol.PostMessage{ID: customer, Customer: protocol.Customer{ID: customer}, Text: "Is anybody there?"})
	if err != nil {
		t.Fatal(err)
	}
	return receipt.Request
}

// A platform team lists what is open, looks at one, moves one and closes one.
func TestRequests(t *testing.T) {
	s, p := served(t)
	s.apply("{apiVersion: pullmode.io/v1alpha1, kind: Worklist, metadata: {name: other}, spec: {displayName: Other}}")
	s.settled()
	holds(t, s.pullmode("requests", "list").want(t, 0).out, "No open requests.")
	first, second := post(t, p, "john"), post(t, p, "mary")

	got := s.pullmode("requests", "list").want(t, 0)
	holds(t, got.out, "ID ", "WAITING", first, second, "UNREAD")
	if lines := strings.Split(strings.TrimSpace(got.out), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[1], first) {
		t.Errorf("not the oldest first:\n%s", got.out)
	}
	holds(t, s.pullmode("requests", "list", "--limit", "1").want(t, 0).out, first, "There are more than these 1.")
	holds(t, s.pullmode("requests", "list", "--state", "active").want(t, 0).out, "No open requests.")
	holds(t, s.pullmode("requests", "list", "--state", "closed").want(t, 1).errOut, "state is one of UNREAD, ACTIVE and INACTIVE")
	holds(t, s.pullmode("requests", "list", "--list", "nowhere").want(t, 1).errOut, "there is no list of that name", "command targets (for an agent) or status")
	holds(t, s.pullmode("requests", "describe", first).want(t, 0).out, first+"  UNREAD on list l1", "Is anybody there?")
	holds(t, s.pullmode("requests", "describe", "01JD2Z6T8W3K5N7P9R1S3T5V7X").want(t, 1).errOut, "requests list")

	// Nobody is at a terminal, so nothing is done that was not confirmed.
	holds(t, s.pullmodeWith("y\n", "requests", "close", first).want(t, 2).errOut, "Close request "+first+" of Jane Doe (UNREAD on list l1) for everybody?", "--yes")
	got = s.pullmode("requests", "transfer", first, "--to", "other", "--yes").want(t, 0)
	holds(t, got.out, "transferred: "+first, "is CLOSED, and goes on as ")
	holds(t, s.pullmode("requests", "list", "--list", "other").want(t, 0).out, "other")
	holds(t, s.pullmode("requests", "transfer", second, "--to", "nowhere", "--yes").want(t, 1).errOut, "nowhere")
	var result protocol.Result
	if err := json.Unmarshal([]byte(s.pullmode("requests", "close", second, "--yes", "-o", "json").want(t, 0).out), &result); err != nil {
		t.Fatal(err)
	}
	if result.Request.ID != second || result.Request.CloseReason != "FORCE_CLOSED" {
		t.Errorf("closed %+v", result.Request)
	}
	holds(t, s.pullmode("diff", "../../config/samples").want(t, 0).out, "Worklist  other (1 open)", "Nothing would change")
	holds(t, s.pullmode("diff", "../../config/samples", "--prune").want(t, 1).out, "- other  1 open request: agents finish it")
}

// What was backed up is there again after a restore, in another epoch, and what came
// after it is not.
func TestBackupAndRestore(t *testing.T) {
	s, p := served(t)
	kept := post(t, p, "john")
	file := filepath.Join(t.TempDir(), "main.backup")
	got := s.pullmode("backup", "-o", file).want(t, 0)
	holds(t, got.out, file+": ", "with 1 open request of RoutingRuntime main")
	holds(t, s.pullmode("backup", "-o", file).want(t, 2).errOut, "is there already")
	if streamed := s.pullmode("backup", "main", "-o", "-").want(t, 0); len(streamed.out) < 1<<12 {
		t.Errorf("the standard output got %d bytes", len(streamed.out))
	}
	lost := post(t, p, "mary")

	half := filepath.Join(t.TempDir(), "half.backup")
	whole, err := os.ReadFile(file)
	s.must(err)
	s.must(os.WriteFile(half, whole[:len(whole)/2], 0o600))
	holds(t, s.pullmode("restore", "main", filepath.Dir(half), "--yes").want(t, 2).errOut, "is a folder")
	holds(t, s.pullmode("restore", "main", half, "--yes").want(t, 1).errOut, "half.backup cannot be restored", "nothing was changed")
	holds(t, s.pullmode("restore", "main", file).want(t, 2).errOut, "Replace everything that RoutingRuntime main in namespace "+s.namespace+" holds (2 open requests)", "(1 open request)?", "--yes")

	got = s.pullmode("restore", "main", file, "--yes").want(t, 0)
	holds(t, got.errOut, "main-0 has taken the backup and starts again.")
	holds(t, got.out, "RoutingRuntime main serves again, with 1 open request.")
	holds(t, s.pullmode("requests", "describe", kept).want(t, 0).out, "Is anybody there?")
	holds(t, s.pullmode("requests", "describe", lost).want(t, 1).errOut, "requests list")
	s.pullmode("status", "--wait", patience.String()).want(t, 0)
}

// Two backups into one file at once do not write into each other, and leave nothing else behind.
func TestTwoBackups(t *testing.T) {
	s, _ := served(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "main.backup")
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if got := s.pullmode("backup", "-o", file, "--force"); got.code != 0 {
				t.Errorf("%d: %s", got.code, got.errOut)
			}
		})
	}
	both.Wait()
	if _, err := store.Inspect(file, ""); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	s.must(err)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || len(entries) != 1 {
		t.Errorf("%v, %v, %d files", info.Mode(), err, len(entries))
	}
}

// A command whose answer is lost is carried out once, and answered.
func TestLostAnswer(t *testing.T) {
	s, p := served(t)
	id := post(t, p, "john")
	var once sync.Once
	closed := func() (lose bool) {
		if got := s.pullmode("requests", "list"); got.code == 0 && !strings.Contains(got.out, id) {
			once.Do(func() { lose = true })
		}
		return lose
	}
	dial := func(ctx context.Context, protocol, address string) (net.Conn, error) {
		conn, err := s.net.dial(ctx, protocol, address)
		return &lossy{conn, closed}, err
	}
	var out, errOut bytes.Buffer
	code := run(t.Context(), []string{"kubectl-pullmode", "requests", "close", id, "--yes", "-o", "json", "--kubeconfig", s.kubeconfig, "-n", s.namespace},
		streams{strings.NewReader(""), &out, &errOut}, dial)
	var result protocol.Result
	if err := json.Unmarshal(out.Bytes(), &result); err != nil || code != 0 {
		t.Fatalf("%d, %v: %s", code, err, errOut.String())
	}
	if !result.Repeated || result.Outcome != request.Ended || result.Request.CloseReason != request.ClosedByForce {
		t.Errorf("answered %s", out.String())
	}
}

// A replica that hangs for a moment is asked again: the command would fail otherwise.
func TestSlowReplica(t *testing.T) {
	s, _ := served(t)
	var once sync.Once
	dial := func(ctx context.Context, protocol, address string) (conn net.Conn, err error) {
		once.Do(func() {
			var silent net.Conn
			conn, silent = net.Pipe()
			t.Cleanup(func() { _ = silent.Close() })
			go func() { _, _ = io.Copy(io.Discard, silent) }() // it takes everything and says nothing
		})
		if conn != nil {
			return conn, nil
		}
		return s.net.dial(ctx, protocol, address)
	}
	var out, errOut bytes.Buffer
	code := run(t.Context(), []string{"kubectl-pullmode", "requests", "list", "--kubeconfig", s.kubeconfig, "-n", s.namespace},
		streams{strings.NewReader(""), &out, &errOut}, dial)
	if code != 0 {
		t.Errorf("%d: %s", code, errOut.String())
	}
	holds(t, out.String(), "No open requests.")
}

// lossy is a connection that breaks once there is something to lose.
type lossy struct {
	net.Conn
	lose func() bool
}

func (l *lossy) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if l.lose() {
		_ = l.Conn.Close()
		return 0, io.EOF
	}
	return n, err
}
