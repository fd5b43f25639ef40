package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

const sampleKey = "sample-key-that-everybody-knows"

// post posts a customer's message on the sample's channel, and gives its request.
func post(t *testing.T, p *pod, customer string) string {
	t.Helper()
	c, err := client.NewConnector(p.url, "c2", sampleKey, client.Options{Attempts: 10})
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
	s.pullmode("status", "--wait", "30s").want(t, 0)
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
	holds(t, s.pullmode("restore", "main", half, "--yes").want(t, 1).errOut, "half.backup cannot be restored", "nothing was changed")
	holds(t, s.pullmode("restore", "main", file).want(t, 2).errOut, "Replace everything that RoutingRuntime main in namespace "+s.namespace+" holds (2 open requests)", "(1 open request)?", "--yes")

	got = s.pullmode("restore", "main", file, "--yes").want(t, 0)
	holds(t, got.errOut, "main-0 has taken the backup and starts again.")
	holds(t, got.out, "RoutingRuntime main serves again, with 1 open request.")
	holds(t, s.pullmode("requests", "describe", kept).want(t, 0).out, "Is anybody there?")
	holds(t, s.pullmode("requests", "describe", lost).want(t, 1).errOut, "requests list")
	s.pullmode("status", "--wait", "30s").want(t, 0)
}
