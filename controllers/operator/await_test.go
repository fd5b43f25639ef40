package operator_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/goleak"
	"k8s.io/client-go/rest"

	"github.com/pullmode/operator/controllers/operator"
)

func TestAwait(t *testing.T) {
	defer goleak.VerifyNone(t)
	var status atomic.Int32 // of the API server
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) }))
	defer server.Close()
	o := operator.Options{HealthAddress: free(t), Log: logr.Discard()}
	await := func(ctx context.Context) error {
		return operator.Await(ctx, &rest.Config{Host: server.URL, Transport: &http.Transport{DisableKeepAlives: true}}, o)
	}

	for name, there := range map[string]int32{"ready": http.StatusOK, "ready, and forbids to say so": http.StatusForbidden} {
		status.Store(there)
		if err := await(t.Context()); err != nil {
			t.Errorf("an API server that is %s is waited for: %v", name, err)
		}
	}

	status.Store(http.StatusServiceUnavailable)
	over := make(chan error)
	go func() { over <- await(t.Context()) }()
	for probe, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable} {
		if got := ask(t, "http://"+o.HealthAddress+probe); got != want {
			t.Errorf("while it waits, %s answers %d, want %d", probe, got, want)
		}
	}
	select {
	case err := <-over:
		t.Fatalf("the API server is not ready, and is not waited for: %v", err)
	default:
	}
	status.Store(http.StatusOK)
	if err := <-over; err != nil {
		t.Error(err)
	}

	status.Store(http.StatusServiceUnavailable)
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("told to stop")
	cancel(stop)
	if err := await(ctx); !errors.Is(err, stop) {
		t.Errorf("told to stop while it waits: %v", err)
	}
}

// ask waits until something answers.
func ask(t *testing.T, url string) int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		response, err := client.Get(url)
		if err == nil {
			response.Body.Close()
			return response.StatusCode
		}
		select {
		case <-t.Context().Done():
			t.Fatal(err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// free is an address at which nobody listens, nor will: who takes any port does so at
// 127.0.0.1, and this is another one where the system has others.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.77:0")
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
