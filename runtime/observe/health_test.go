package observe_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pullmode/operator/runtime/observe"
)

func TestReadyNamesWhatIsNot(t *testing.T) {
	h := observe.NewHealth("store", "snapshot")
	handler := h.Handler(observe.NewRegistry("v1"))
	fine := func(context.Context) error { return nil }
	expect := func(path string, code int, body string) {
		t.Helper()
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != code || w.Body.String() != body {
			t.Errorf("%s: got %d %q, want %d %q", path, w.Code, w.Body, code, body)
		}
	}
	expect("/readyz", http.StatusServiceUnavailable, "store: not ready: starting\nsnapshot: not ready: starting\n")
	expect("/healthz", http.StatusOK, "ok\n")

	h.Set("store", fine)
	expect("/readyz", http.StatusServiceUnavailable, "store: ok\nsnapshot: not ready: starting\n")

	h.Set("snapshot", fine)
	expect("/readyz", http.StatusOK, "store: ok\nsnapshot: ok\n")

	h.Set("drain", func(context.Context) error { return errors.New("draining") })
	expect("/readyz", http.StatusServiceUnavailable, "store: ok\nsnapshot: ok\ndrain: not ready: draining\n")
	expect("/healthz", http.StatusOK, "ok\n")
}

func TestAHangingCheckIsNotReady(t *testing.T) {
	h := observe.NewHealth()
	h.Set("store", func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) })
	w := httptest.NewRecorder()
	h.Handler(observe.NewRegistry("v1")).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}
