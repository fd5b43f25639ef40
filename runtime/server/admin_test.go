package server_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/snapshot"
)

// port is the admin port of a site, and a client of it.
type port struct {
	*site.Site
	authority *site.Authority
	dir, url  string
	client    *http.Client
}

func adminPort(t *testing.T, change ...func(*replica.Options)) *port {
	t.Helper()
	p := &port{authority: site.NewAuthority(t), dir: t.TempDir()}
	p.authority.Server(p.dir, 100)
	p.Site = site.Unprogrammed(t, append(change, func(o *replica.Options) { o.AdminAddr, o.AdminTLSDir = "127.0.0.1:0", p.dir })...)
	p.url = "https://" + p.Replica.AdminAddr().String()
	p.client = &http.Client{Transport: &http.Transport{TLSClientConfig: p.authority.TLS(p.authority)}}
	t.Cleanup(p.client.CloseIdleConnections)
	return p
}

func (p *port) call(method, path string, body []byte, into any) (status int, text string) {
	p.T.Helper()
	return p.callWith(nil, method, path, body, into)
}

func (p *port) callWith(header http.Header, method, path string, body []byte, into any) (status int, text string) {
	p.T.Helper()
	req, err := http.NewRequestWithContext(ctx, method, p.url+path, bytes.NewReader(body))
	if err != nil {
		p.T.Fatal(err)
	}
	req.Header = header
	resp, err := p.client.Do(req)
	if err != nil {
		p.T.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		p.T.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			p.T.Fatalf("%d %s: %v", resp.StatusCode, answer, err)
		}
	}
	return resp.StatusCode, string(answer)
}

func (p *port) put(sequence int64, s snapshot.Snapshot, into any) int {
	p.T.Helper()
	body, err := json.Marshal(snapshot.Update{Sequence: sequence, Snapshot: s})
	if err != nil {
		p.T.Fatal(err)
	}
	status, _ := p.call("PUT", "/admin/v1/snapshot", body, into)
	return status
}

// The operator programs a replica, reads it back, and is told of what it may not.
func TestProgramming(t *testing.T) {
	p := adminPort(t)
	var problem protocol.Problem
	if status, _ := p.call("GET", "/admin/v1/snapshot", nil, &problem); status != http.StatusNotFound || problem.Type != protocol.ProblemNoConfiguration {
		t.Errorf("before: %d %+v", status, problem)
	}
	var report, read snapshot.Report
	if status := p.put(1, p.Config(), &report); status != http.StatusOK || report.Sequence != 1 || report.Replica != "site" {
		t.Fatalf("%d %+v", status, report)
	}
	if status, _ := p.call("GET", "/admin/v1/configz", nil, &read); status != http.StatusOK {
		t.Errorf("configz: %d", status)
	}
	if diff := cmp.Diff(report, read); diff != "" {
		t.Errorf("the answer and configz differ: %s", diff)
	}
	if len(read.Objects) == 0 || len(read.Lists) != len(p.Config().Lists) || read.Epoch == "" || read.Version != "test" || read.Runtime != "uid-of-main" {
		t.Errorf("incomplete: %+v", read)
	}
	var stored snapshot.Update
	p.call("GET", "/admin/v1/snapshot", nil, &stored)
	want := p.Config()
	want.Canonicalize()
	if diff := cmp.Diff(snapshot.Update{Sequence: 1, Snapshot: want}, stored); diff != "" {
		t.Errorf("what is given back is not what was put: %s", diff)
	}

	var refusal snapshot.Refusal
	other := p.Config()
	other.Lists[0].DisplayName = "Changed"
	if status := p.put(1, other, &refusal); status != http.StatusConflict || refusal.Reason != snapshot.SequenceConflict || refusal.Sequence != 1 {
		t.Errorf("%d %+v", status, refusal)
	}
	other.Channels[0].List = "nowhere"
	if status := p.put(2, other, &refusal); status != http.StatusUnprocessableEntity || refusal.Reason != snapshot.Rejected ||
		len(refusal.Problems) != 1 || refusal.Problems[0].Kind != snapshot.KindChannel {
		t.Errorf("%d %+v", status, refusal)
	}
	if report := p.Replica.Report(); report.Sequence != 1 {
		t.Errorf("a refused snapshot is served: %+v", report)
	}
}

// The report says what a replica is, and who is connected to it.
func TestReportOfTheReplica(t *testing.T) {
	p := adminPort(t)
	var programmed, connected snapshot.Report
	p.put(1, p.Config(), &programmed)
	if programmed.Store != snapshot.StoreEmbedded || programmed.StartedAt.IsZero() || programmed.Agents != 0 {
		t.Errorf("before anybody is there: %+v", programmed)
	}
	p.Eventually(func() bool { return p.Replica.Ready() == nil })
	for range 2 { // two connections of one agent
		next, stop := iter.Pull2(p.Agent("alice").Events(ctx, client.Follow{}))
		defer stop()
		if _, err, ok := next(); err != nil || !ok {
			t.Fatal(err)
		}
	}
	if p.call("GET", "/admin/v1/configz", nil, &connected); connected.Agents != 1 {
		t.Errorf("%d agents are connected, want 1", connected.Agents)
	}
}

func TestProgrammingGarbage(t *testing.T) {
	p := adminPort(t)
	tests := map[string]struct {
		body   string
		status int
		want   protocol.ProblemType
	}{
		"malformed":      {`{"sequence": 1,`, 400, protocol.ProblemMalformed},
		"another type":   {`{"sequence": 1, "snapshot": {"lists": [{"name": 1}]}}`, 400, protocol.ProblemMalformed},
		"over the limit": {`{"sequence": 1, "snapshot": {"lists": [{"name": "` + strings.Repeat("x", 16<<20) + `"}]}}`, 413, protocol.ProblemTooLarge},
		"nothing":        {``, 400, protocol.ProblemMalformed},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			var problem protocol.Problem
			if status, text := p.call("PUT", "/admin/v1/snapshot", []byte(tc.body), &problem); status != tc.status || problem.Type != tc.want {
				t.Errorf("%d %s", status, text)
			}
		})
	}
}

// An operator of a later version is told which objects have what this runtime does not
// know, so that it can leave out those alone.
func TestProgrammingOfALaterVersion(t *testing.T) {
	p := adminPort(t)
	encoded, err := json.Marshal(snapshot.Update{Sequence: 1, Snapshot: p.Config()})
	if err != nil {
		t.Fatal(err)
	}
	later := bytes.Replace(encoded, []byte(`{"name":"l2",`), []byte(`{"colour":"red","name":"l2","joinPolicy":"Lottery",`), 1)
	var refusal snapshot.Refusal
	status, text := p.call("PUT", "/admin/v1/snapshot", later, &refusal)
	want := []snapshot.Problem{
		{Kind: snapshot.KindList, Name: "l2", Message: "the runtime does not know the field lists[].colour: it is version test; use a newer image, or leave the field out"},
		{Kind: snapshot.KindList, Name: "l2", Message: `join policy "Lottery" is not known here`},
	}
	if diff := cmp.Diff(want, refusal.Problems); status != http.StatusUnprocessableEntity || refusal.Reason != snapshot.Rejected || diff != "" {
		t.Errorf("%d %s (-want +got)\n%s", status, text, diff)
	}
	// The same without what it does not know is taken; it is not when it is in force already.
	if status, text := p.call("PUT", "/admin/v1/snapshot", encoded, nil); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	again := bytes.Replace(encoded, []byte(`{"name":"l2",`), []byte(`{"colour":"red","name":"l2",`), 1)
	if status, text := p.call("PUT", "/admin/v1/snapshot", again, nil); status == http.StatusOK {
		t.Errorf("taken as a repeat, though it is not: %s", text)
	}
}

// The hashes of connectors' keys are in the snapshot that the operator reads, and
// nowhere else.
func TestKeyHashesAreConfidential(t *testing.T) {
	p := adminPort(t)
	var report snapshot.Report
	p.put(1, p.Config(), &report)
	hash := auth.HashKey(site.Key("facebook"))
	if _, text := p.call("GET", "/admin/v1/snapshot", nil, nil); !strings.Contains(text, hash) {
		t.Error("the operator cannot compile from a snapshot without them")
	}
	if _, text := p.call("GET", "/admin/v1/configz", nil, nil); strings.Contains(text, hash) {
		t.Error("configz shows them")
	}
}

// Only a client with a certificate of the port's own authority gets in.
func TestAdminPortIsClosed(t *testing.T) {
	p := adminPort(t)
	stranger := site.NewAuthority(t)
	nobody := p.authority.TLS(p.authority)
	nobody.Certificates = nil
	old := p.authority.TLS(p.authority)
	old.MaxVersion = tls.VersionTLS12
	// The port's own certificate, which is one of a server.
	own, err := tls.LoadX509KeyPair(filepath.Join(p.dir, "tls.crt"), filepath.Join(p.dir, "tls.key"))
	if err != nil {
		t.Fatal(err)
	}
	itself := p.authority.TLS(p.authority)
	itself.Certificates = []tls.Certificate{own}
	for name, config := range map[string]*tls.Config{
		"no certificate": nobody, "of another authority": stranger.TLS(p.authority), "TLS 1.2": old, "a server's certificate": itself,
	} {
		t.Run(name, func(t *testing.T) {
			c := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
			resp, err := c.Get(p.url + "/admin/v1/configz")
			if err == nil {
				resp.Body.Close()
				t.Errorf("let in: %d", resp.StatusCode)
			}
		})
	}
}

// A renewed certificate is used without a restart; one that is damaged is not.
func TestRenewedCertificate(t *testing.T) {
	p := adminPort(t)
	serial := func() int64 {
		t.Helper()
		conn, err := tls.Dial("tcp", p.Replica.AdminAddr().String(), p.authority.TLS(p.authority))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 100 {
		t.Fatalf("serial %d", got)
	}
	p.authority.Server(p.dir, 101)
	p.Eventually(func() bool { return serial() == 101 })
	if err := os.WriteFile(filepath.Join(p.dir, "tls.crt"), []byte("half a certif"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != 101 {
		t.Errorf("serial %d after a damaged renewal", got)
	}
	p.authority.Server(p.dir, 102)
	p.Eventually(func() bool { return serial() == 102 })
}

// A drain through the admin port makes the replica unready; commands go on.
func TestDrainThroughTheAdminPort(t *testing.T) {
	p := adminPort(t)
	var report snapshot.Report
	p.put(1, p.Config(), &report)
	p.Eventually(func() bool { return p.Replica.Ready() == nil })
	for range 2 {
		if status, text := p.call("POST", "/admin/v1/drain", nil, nil); status != http.StatusAccepted {
			t.Fatalf("%d %s", status, text)
		}
	}
	p.Eventually(func() bool { return p.Replica.Ready() != nil })
	resp, err := http.Get("http://" + p.Replica.MetricsAddr().String() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz says %d", resp.StatusCode)
	}
	wantOK(t, p.URL, post("facebook", message("m1", "john", "hi")), nil)
}
