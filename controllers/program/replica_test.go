package program_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/workload"
	"github.com/pullmode/operator/runtime/snapshot"
)

// fixture is a runtime whose replicas share one store, and a client of it.
type fixture struct {
	credentials workload.Credentials
	client      *program.Client
	store       *store
}

// store is what the replicas of a runtime have in common.
type store struct {
	mu     sync.Mutex
	update snapshot.Update
	digest string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	rt := &v1alpha1.RoutingRuntime{}
	rt.Name = "main"
	credentials, err := workload.Renew(rt, workload.Credentials{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{credentials: credentials, store: &store{}}
	f.client = f.clientWith(t, credentials)
	return f
}

func (f *fixture) clientWith(t *testing.T, c workload.Credentials) *program.Client {
	t.Helper()
	// However busy the machine is, no test here is about a replica that is late.
	pool := program.Pool{Patience: time.Minute}
	client, err := pool.Client(types.NamespacedName{Namespace: "care", Name: "main"}, &corev1.Secret{Data: map[string][]byte{
		"ca.crt": f.credentials.Client["ca.crt"], corev1.TLSCertKey: c.Client["tls.crt"], corev1.TLSPrivateKeyKey: c.Client["tls.key"],
	}}, workload.AdminServerName("main"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// serve starts a replica's admin port with the runtime's certificates.
func (f *fixture) serve(t *testing.T, name string, handler http.Handler) program.Target {
	t.Helper()
	pair, err := tls.X509KeyPair(f.credentials.Server["tls.crt"], f.credentials.Server["tls.key"])
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(f.credentials.Server["ca.crt"])
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert,
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return program.Target{Name: name, Addr: strings.TrimPrefix(server.URL, "https://"), Ready: true}
}

func (s *store) sequence() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.update.Sequence
}

// replica is the admin port as the protocol has it.
func (s *store) replica(name string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /admin/v1/configz", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		answer(w, http.StatusOK, snapshot.Report{Replica: name, Sequence: s.update.Sequence, Digest: s.digest})
	})
	mux.HandleFunc("GET /admin/v1/snapshot", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		answer(w, http.StatusOK, s.update)
	})
	mux.HandleFunc("PUT /admin/v1/snapshot", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		var update snapshot.Update
		if err := json.NewDecoder(r.Body).Decode(&update); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if update.Sequence != s.update.Sequence+1 {
			answer(w, http.StatusConflict, snapshot.Refusal{Reason: snapshot.SequenceConflict, Sequence: s.update.Sequence})
			return
		}
		if problems := update.Snapshot.Validate(); len(problems) > 0 {
			answer(w, http.StatusUnprocessableEntity, snapshot.Refusal{Reason: snapshot.Rejected, Problems: problems})
			return
		}
		encoded, _ := update.Snapshot.Encode()
		s.update, s.digest = update, snapshot.Digest(encoded)
		answer(w, http.StatusOK, snapshot.Report{Replica: name, Sequence: update.Sequence, Digest: s.digest})
	})
	return mux
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
