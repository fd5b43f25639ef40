package server_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// again starts the replica that has ended by itself, and finds its admin port.
func (p *port) again() {
	p.T.Helper()
	if err := p.Replica.Wait(); err != nil {
		p.T.Fatalf("the replica ended with %v", err)
	}
	p.Run()
	p.url = "https://" + p.Replica.AdminAddr().String()
	p.Eventually(func() bool { return p.Replica.Ready() == nil })
}

// What was backed up is there again after a restore, and nothing that came later;
// clients are told, and the operator programs what should be in force.
func TestBackupAndRestore(t *testing.T) {
	for name, both := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			p := adminPort(t)
			p.client.Transport.(*http.Transport).ForceAttemptHTTP2 = both
			backupAndRestore(t, p)
		})
	}
}

func backupAndRestore(t *testing.T, p *port) {
	p.Program(p.Config())
	alice := p.Agent("alice")
	first, err := p.Connector("facebook").Post(ctx, protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "john"}, Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alice.Join(ctx, first.Request); err != nil {
		t.Fatal(err)
	}
	status, saved := p.call("GET", "/admin/v1/backup", nil, nil)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, saved)
	}
	if status, nothing := p.call("HEAD", "/admin/v1/backup", nil, nil); status != http.StatusOK || nothing != "" {
		t.Errorf("%d and %d bytes", status, len(nothing))
	}

	// What the backup does not know of.
	later := p.Config()
	later.Lists[0].DisplayName = "Later"
	p.Program(later)
	closed, err := alice.Close(ctx, first.Request)
	if err != nil {
		t.Fatal(err)
	}
	second, err := p.Connector("facebook").Post(ctx, protocol.PostMessage{ID: "m2", Customer: protocol.Customer{ID: "mary"}, Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	epoch := p.Replica.Report().Epoch
	patience, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	follow := make(chan protocol.EventType, 100)
	go func() {
		defer close(follow)
		for e, err := range alice.Events(patience, client.Follow{}) {
			if err != nil {
				return
			}
			follow <- e.Type
		}
	}()
	if kind := <-follow; kind != protocol.EventSnapshot {
		t.Fatal(kind)
	}

	var taken struct{ Epoch string }
	if status, text := p.call("POST", "/admin/v1/restore", []byte(saved), &taken); status != http.StatusAccepted || taken.Epoch != epoch {
		t.Fatalf("%d %s", status, text)
	}
	p.again()
	now := p.Replica.Report()
	if now.Epoch == epoch || now.Sequence != 1 {
		t.Errorf("epoch %s, was %s; sequence %d, want 1", now.Epoch, epoch, now.Sequence)
	}
	conversation, err := alice.Request(ctx, first.Request)
	if err != nil || len(conversation.Request.Members) != 1 || len(conversation.Messages) != 1 {
		t.Errorf("the request of the backup is %+v, %v", conversation, err)
	}
	if _, err := alice.Request(ctx, second.Request); err == nil {
		t.Error("a request from after the backup is there")
	}
	told := map[protocol.EventType]bool{}
	for kind := range follow {
		if told[kind] = true; told[protocol.EventGap] && kind == protocol.EventSnapshot {
			cancel()
		}
	}
	if !told[protocol.EventDraining] || !told[protocol.EventGap] {
		t.Errorf("who followed the feed was told %v", told)
	}
	for e, err := range alice.Events(ctx, client.Follow{Cursor: closed.Cursor}) {
		if err != nil {
			t.Fatal(err)
		}
		value, err := e.Value()
		if gap, is := value.(*protocol.Gap); !is || gap.Reason != protocol.GapEpoch {
			t.Errorf("resumed from before: %+v, %v", value, err)
		}
		break
	}

	// The operator finds an older sequence, and goes on from there.
	var report snapshot.Report
	if status := p.put(now.Sequence+1, later, &report); status != http.StatusOK || report.Sequence != 2 {
		t.Errorf("%d %+v", status, report)
	}
}

// What cannot be restored changes nothing, and the replica goes on.
func TestRestoreRefusals(t *testing.T) {
	p := adminPort(t)
	p.Program(p.Config())
	_, saved := p.call("GET", "/admin/v1/backup", nil, nil)
	for name, body := range map[string]string{
		"nothing": "", "words": "a backup", "cut off": saved[:len(saved)-1], "cut off before the hash": saved[:len(saved)-32],
	} {
		t.Run(name, func(t *testing.T) {
			var problem protocol.Problem
			if status, text := p.call("POST", "/admin/v1/restore", []byte(body), &problem); status != 422 || problem.Type != protocol.ProblemNotABackup {
				t.Errorf("%d %s", status, text)
			}
		})
	}
	if err := p.Replica.Ready(); err != nil {
		t.Error(err)
	}
}

// Of two restores at once one wins, whichever is whole first.
func TestTwoRestores(t *testing.T) {
	p := adminPort(t)
	p.Program(p.Config())
	_, saved := p.call("GET", "/admin/v1/backup", nil, nil)
	// So the first one's body is not read from here before its handler reads.
	p.client.Transport.(*http.Transport).ExpectContinueTimeout = time.Hour
	body, slow := io.Pipe()
	answer := make(chan int)
	go func() {
		defer close(answer)
		req, err := http.NewRequestWithContext(ctx, "POST", p.url+"/admin/v1/restore", body)
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Expect", "100-continue")
		resp, err := p.client.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		resp.Body.Close()
		answer <- resp.StatusCode
	}()
	if _, err := io.WriteString(slow, saved[:1000]); err != nil { // the first one has come in
		t.Fatal(err)
	}
	var problem protocol.Problem
	if status, text := p.call("POST", "/admin/v1/restore", []byte("not a backup"), &problem); status != http.StatusConflict || problem.Type != protocol.ProblemRestoring {
		t.Errorf("%d %s", status, text)
	}
	if _, err := io.WriteString(slow, saved[1000:]); err != nil {
		t.Fatal(err)
	}
	_ = slow.Close()
	if status := <-answer; status != http.StatusAccepted {
		t.Errorf("%d", status)
	}
	p.again()
}

// A peer that sends no more, or reads no more, is given up, and the replica with it
// neither.
func TestPeersThatHang(t *testing.T) {
	p := adminPort(t, func(o *replica.Options) { o.WriteTimeout = 5 * time.Second })
	p.Program(p.Config())
	for n := range 300 { // more than the buffers between the two hold
		text := strings.Repeat("word ", 12<<10)
		if _, err := p.Connector("facebook").Post(ctx, protocol.PostMessage{ID: "m", Customer: protocol.Customer{ID: fmt.Sprint("c", n)}, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	body, hanging := io.Pipe()
	defer hanging.Close()
	req, err := http.NewRequestWithContext(ctx, "POST", p.url+"/admin/v1/restore", body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("who sends nothing is answered %d", resp.StatusCode)
	}

	conn, err := tls.Dial("tcp", p.Replica.AdminAddr().String(), p.authority.TLS(p.authority))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /admin/v1/backup HTTP/1.1\r\nHost: runtime.test\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	p.Eventually(func() bool { return strings.Contains(metrics(t, p.Site), `route="GET /admin/v1/backup"`) }) // counted at its end
	got, _ := io.ReadAll(conn)                                                                                // it was cut
	if bytes.HasSuffix(got, []byte("0\r\n\r\n")) || len(got) == 0 {
		t.Errorf("half a backup, of %d bytes, ends as a whole one does", len(got))
	}

	// In HTTP/2 it is one stream that ends, and not the connection.
	both := &http.Transport{TLSClientConfig: p.authority.TLS(p.authority), ForceAttemptHTTP2: true}
	defer both.CloseIdleConnections()
	p.client.Transport = both
	stream, err := p.client.Get(p.url + "/admin/v1/backup")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	p.Eventually(func() bool {
		return strings.Contains(metrics(t, p.Site), `pullmode_http_requests_total{code="200",route="GET /admin/v1/backup"} 2`)
	})
	if status, _ := p.call("GET", "/admin/v1/configz", nil, nil); status != http.StatusOK {
		t.Errorf("beside a stream that hangs: %d", status)
	}
	if n, err := io.Copy(io.Discard, stream.Body); err == nil || stream.ProtoMajor != 2 {
		t.Errorf("half a backup, of %d bytes over %s, ends as a whole one does", n, stream.Proto)
	}
}

// An external etcd is backed up by its owner.
func TestBackupOfExternal(t *testing.T) {
	authority, dir := site.NewAuthority(t), t.TempDir()
	authority.Server(dir, 100)
	s := site.StartOn(t, etcdtest.Start(t, 1), 1, func(o *replica.Options) { o.AdminAddr, o.AdminTLSDir = "127.0.0.1:0", dir })[0]
	p := &port{Site: s, url: "https://" + s.Replica.AdminAddr().String(), client: &http.Client{Transport: &http.Transport{TLSClientConfig: authority.TLS(authority)}}}
	t.Cleanup(p.client.CloseIdleConnections)
	for path, method := range map[string]string{"/admin/v1/backup": "GET", "/admin/v1/restore": "POST"} {
		var problem protocol.Problem
		if status, text := p.call(method, path, nil, &problem); status != http.StatusConflict || problem.Type != protocol.ProblemExternalStore {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

func metrics(t *testing.T, s *site.Site) string {
	t.Helper()
	resp, err := http.Get("http://" + s.Replica.MetricsAddr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
