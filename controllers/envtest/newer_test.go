package envtest_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// newer makes an operator one that is ahead of its runtime: what it puts has
// another value in some entries on its way to the replica, which judges that
// itself and answers itself.
type newer struct {
	address string
	// writes changes a snapshot, decoded, as JSON has it; nil for nothing.
	writes atomic.Pointer[func(snapshot map[string]any)]
	puts   atomic.Int64
}

// ahead leads the operator's connections to a replica through a newer.
func ahead(ctx context.Context, p *pod) *newer {
	GinkgoHelper()
	n := &newer{}
	dir := p.mount(ctx)
	server, err := tls.LoadX509KeyPair(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"))
	Expect(err).NotTo(HaveOccurred())
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "https", Host: p.replica.AdminAddr().String()})
	transport := &http.Transport{TLSClientConfig: operators(ctx, p)}
	proxy.Transport, proxy.ErrorLog = transport, log.New(io.Discard, "", 0)
	DeferCleanup(transport.CloseIdleConnections)
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			n.puts.Add(1)
			n.rewrite(r)
		}
		proxy.ServeHTTP(w, r)
	}))
	front.TLS = &tls.Config{Certificates: []tls.Certificate{server}, ClientAuth: tls.RequireAnyClientCert}
	front.Config.ErrorLog = log.New(io.Discard, "", 0)
	front.StartTLS()
	DeferCleanup(front.Close)
	n.address = strings.TrimPrefix(front.URL, "https://")
	net.route(p.admin(), n.address)
	return n
}

func (n *newer) rewrite(r *http.Request) {
	defer GinkgoRecover()
	write := n.writes.Load()
	if write == nil {
		return
	}
	var update map[string]any
	Expect(json.NewDecoder(r.Body).Decode(&update)).To(Succeed())
	(*write)(update["snapshot"].(map[string]any))
	body, err := json.Marshal(update)
	Expect(err).NotTo(HaveOccurred())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// write lets a generation of an entry of the snapshot have another value from now
// on, one that this runtime does not know.
func (n *newer) write(entries, name string, generation int, field, value string) {
	var write func(map[string]any)
	before := n.writes.Load()
	write = func(s map[string]any) {
		if before != nil {
			(*before)(s)
		}
		list, _ := s[entries].([]any)
		for _, e := range list {
			if entry := e.(map[string]any); entry["name"] == name && entry["generation"] == float64(generation) {
				entry[field] = value
			}
		}
	}
	n.writes.Store(&write)
}
