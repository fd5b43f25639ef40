package replica_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// secured is a site whose port speaks TLS.
func secured(t *testing.T) (s *site.Site, authority *site.Authority, dir string) {
	authority, dir = site.NewAuthority(t), t.TempDir()
	authority.Server(dir, 100)
	s = site.Start(t, func(o *replica.Options) { o.TLSDir = dir })
	s.URL = "https://" + s.Replica.Addr().String()
	return s, authority, dir
}

// wire counts connections, and says which protocols were spoken.
type wire struct {
	http.RoundTripper
	other atomic.Int64 // answers that were not of the protocol
	proto string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.RoundTripper.RoundTrip(r)
	if err == nil && resp.Proto != w.proto {
		w.other.Add(1)
	}
	return resp, err
}

// A feed and the calls beside it go over TLS, in HTTP/2 (where they share a
// connection) as in HTTP/1.1, and a drain sends the client to the next replica,
// where it resumes.
func TestFeedOverTLS(t *testing.T) {
	for name, proto := range map[string]string{"HTTP/2": "HTTP/2.0", "HTTP/1.1": "HTTP/1.1"} {
		t.Run(name, func(t *testing.T) {
			s, authority, _ := secured(t)
			config := authority.TLS(authority)
			config.Certificates = nil // nobody is asked for one
			transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: proto == "HTTP/2.0"}
			t.Cleanup(transport.CloseIdleConnections)
			w := &wire{RoundTripper: transport, proto: proto}
			options := client.Options{HTTP: &http.Client{Transport: w}, Attempts: 100}
			alice, err := client.NewAgent(s.URL, client.StaticToken(s.Token("alice")), options)
			if err != nil {
				t.Fatal(err)
			}
			connector, err := client.NewConnector(s.URL, "facebook", site.Key("facebook"), options)
			if err != nil {
				t.Fatal(err)
			}
			post := func(n int) {
				t.Helper()
				if _, err := connector.Post(ctx, protocol.PostMessage{ID: fmt.Sprint("m", n), Customer: protocol.Customer{ID: fmt.Sprint("c", n)}, Text: "hi"}); err != nil {
					t.Fatal(err)
				}
			}
			patience, cancel := context.WithTimeout(ctx, 5*time.Minute)
			defer cancel()
			var got []protocol.EventType
			restarted := make(chan struct{})
			for e, err := range alice.Events(patience, client.Follow{}) {
				if err != nil {
					t.Fatalf("%v after %v", err, got)
				}
				if e.Type == protocol.EventBookmark {
					continue
				}
				got = append(got, e.Type)
				switch len(got) {
				case 1:
					post(1)
				case 2:
					go func() {
						defer close(restarted)
						s.Stop()
						s.Run()
						post(2)
					}()
				}
				if len(got) == 4 {
					break
				}
			}
			<-restarted
			want := []protocol.EventType{protocol.EventSnapshot, protocol.EventReceived, protocol.EventDraining, protocol.EventReceived}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %v, want %v", got, want)
			}
			if n := w.other.Load(); n > 0 {
				t.Errorf("%d answers were not in %s", n, proto)
			}
		})
	}
}

// A draining replica takes no feed, and has the client leave the connection: in
// HTTP/2 it would come back in the same one for ever.
func TestDrainingEndsConnections(t *testing.T) {
	s, authority, _ := secured(t)
	transport := &http.Transport{TLSClientConfig: authority.TLS(authority), ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	s.Replica.Drain()
	var conns []string
	for range 2 {
		req, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/v1/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.Token("alice"))
		var resp *http.Response
		s.Eventually(func() bool { // the connection of before may end under it
			resp, err = transport.RoundTrip(watchConn(req, &conns))
			return err == nil
		})
		resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable || resp.ProtoMajor != 2 {
			t.Errorf("%s %d", resp.Proto, resp.StatusCode)
		}
		s.Eventually(func() bool { // the word that the connection is to end comes behind the answer
			again, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/openapi.json", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := transport.RoundTrip(watchConn(again, &conns))
			if err != nil {
				return false
			}
			resp.Body.Close()
			return conns[len(conns)-1] != conns[0]
		})
	}
}

// watchConn notes in which connection a request goes.
func watchConn(r *http.Request, conns *[]string) *http.Request {
	return r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { *conns = append(*conns, info.Conn.LocalAddr().String()) },
	}))
}

// The port shows a renewed certificate without a restart, takes no TLS before 1.2,
// and says in the metrics when the certificate runs out.
func TestPublicCertificate(t *testing.T) {
	s, authority, dir := secured(t)
	dial := func(version uint16) (*tls.Conn, error) {
		config := authority.TLS(authority)
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, version
		return tls.Dial("tcp", s.Replica.Addr().String(), config)
	}
	serial := func() int64 {
		t.Helper()
		conn, err := dial(tls.VersionTLS12)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 100 {
		t.Errorf("serial %d", got)
	}
	authority.Server(dir, 101)
	if got := serial(); got != 101 {
		t.Errorf("serial %d after a renewal", got)
	}
	if conn, err := dial(tls.VersionTLS11); err == nil {
		conn.Close()
		t.Error("TLS 1.1 is taken")
	}
	if got := scrape(s)[`pullmode_tls_certificate_expiry_timestamp_seconds{certificate="public"}`]; got == "" {
		t.Error("no metric of when the certificate runs out")
	}
}

// Certificates and authority of an external etcd are renewed under a replica, which
// goes on with the new ones.
func TestEtcdCertificatesAreRenewed(t *testing.T) {
	old, members, mine := site.NewAuthority(t), t.TempDir(), t.TempDir()
	old.Both(members)
	old.Both(mine)
	config := old.TLS(old)
	config.ServerName = ""
	cluster := etcdtest.StartTLS(t, 1, etcdtest.TLS{Dir: members, Client: config})
	s := site.StartOn(t, cluster, 1, func(o *replica.Options) { o.Etcd.TLSDir = mine })[0]
	post := func(id string) error {
		_, err := s.Connector("facebook").Post(ctx, protocol.PostMessage{ID: id, Customer: protocol.Customer{ID: id}, Text: "hi"})
		return err
	}
	if err := post("m1"); err != nil {
		t.Fatal(err)
	}
	cluster.Members[0].Kill()
	renewed := site.NewAuthority(t)
	renewed.Both(members)
	renewed.Both(mine)
	cluster.Members[0].Start()
	s.Eventually(func() bool { return post("m2") == nil })
	if got := scrape(s)[`pullmode_tls_certificate_expiry_timestamp_seconds{certificate="etcd"}`]; got == "" {
		t.Error("no metric of when the certificate runs out")
	}
}
