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

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/pullmode/operator/controllers/workload"
	"github.com/pullmode/operator/runtime/snapshot"
)

// refusing is an admin port that tells what the replica serves and takes nothing,
// as a runtime does that is older than the operator. It returns its address.
func refusing(ctx context.Context, p *pod, problem snapshot.Problem) string {
	GinkgoHelper()
	return taking(ctx, p, func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusUnprocessableEntity, snapshot.Refusal{
			Reason: snapshot.Rejected, Message: "the snapshot has 1 problem", Problems: []snapshot.Problem{problem},
		})
	})
}

// taking is an admin port that tells what the replica serves, and takes a
// snapshot as put does. It returns its address.
func taking(ctx context.Context, p *pod, put http.HandlerFunc) string {
	GinkgoHelper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /admin/v1/configz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, p.replica.Report()) })
	mux.HandleFunc("PUT /admin/v1/snapshot", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		put(w, r)
	})
	return adminPort(ctx, p, mux)
}

// adminPort answers as a replica's admin port does, with the replica's certificate.
// It returns its address.
func adminPort(ctx context.Context, p *pod, answers http.Handler) string {
	GinkgoHelper()
	dir := p.mount(ctx)
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"))
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewUnstartedServer(answers)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	DeferCleanup(server.Close)
	return strings.TrimPrefix(server.URL, "https://")
}

func reply(w http.ResponseWriter, status int, v any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// refusingPuts is an admin port that is broken in one way: it takes no snapshot,
// and does not say that the runtime refused it.
func refusingPuts(ctx context.Context, p *pod) string {
	GinkgoHelper()
	return taking(ctx, p, func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusInternalServerError, snapshot.Refusal{})
	})
}

// led hands what is asked on to the replica's own admin port.
func led(ctx context.Context, p *pod) *httputil.ReverseProxy {
	GinkgoHelper()
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "https", Host: p.replica.AdminAddr().String()})
	transport := &http.Transport{TLSClientConfig: operators(ctx, p)}
	DeferCleanup(transport.CloseIdleConnections)
	proxy.Transport, proxy.ErrorLog = transport, log.New(io.Discard, "", 0)
	return proxy
}

// callAdmin calls a replica's admin port, as who runs the platform does, and gives
// its answer.
func callAdmin(ctx context.Context, p *pod, method, resource string, body []byte) []byte {
	GinkgoHelper()
	transport := &http.Transport{TLSClientConfig: operators(ctx, p)}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, method, "https://"+p.replica.AdminAddr().String()+"/admin/v1/"+resource, bytes.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	res, err := (&http.Client{Transport: transport}).Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	Expect(res.StatusCode).To(BeNumerically("<", 300), string(answer))
	return answer
}

// operators shows the operator's certificate to a runtime's admin port.
func operators(ctx context.Context, p *pod) *tls.Config {
	GinkgoHelper()
	var secret corev1.Secret
	Expect(kube.Get(ctx, types.NamespacedName{Namespace: p.key.Namespace, Name: workload.ClientSecretName(p.key.Name)}, &secret)).To(Succeed())
	pair, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	Expect(err).NotTo(HaveOccurred())
	// What the operator checks of the replica is not what a test is about that calls it.
	return &tls.Config{Certificates: []tls.Certificate{pair}, InsecureSkipVerify: true}
}
