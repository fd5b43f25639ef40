package operator

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
)

// askEvery is how often an API server that does not answer is asked again.
const askEvery = time.Second

// Await waits until the API server is ready, for as long as ctx lasts: to make a
// manager without one fails, and a process that ends each time is started again
// less and less often, so that it would be late when the API server is back.
//
// Meanwhile the address of the probes says that the process lives and is not ready.
func Await(ctx context.Context, cluster *rest.Config, o Options) error {
	limited := rest.CopyConfig(cluster)
	limited.Timeout = 5 * time.Second // one that hangs is asked again, too
	c, err := discovery.NewDiscoveryClientForConfig(limited)
	if err != nil {
		return fmt.Errorf("make a client of the API server: %w", err)
	}
	ready := func() error {
		err := c.RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
		if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
			return nil // it is there, and tells others whether it is ready
		}
		return err
	}
	if ready() == nil {
		return nil
	}
	return alive(o.HealthAddress, o.Log, func() error {
		again := time.NewTicker(askEvery)
		defer again.Stop()
		for {
			err := ready()
			if err == nil {
				return nil
			}
			o.Log.Info("waits for the API server", "because", err.Error())
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-again.C:
			}
		}
	})
}

// alive answers probes while wait lasts.
func alive(address string, log logr.Logger, wait func() error) error {
	if address == "" || address == "0" {
		return wait()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "waits for the API server", http.StatusServiceUnavailable)
	})
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.ListenAndServe(); err != http.ErrServerClosed {
			log.Error(err, "no probe is answered while the API server is away", "address", address)
		}
	}()
	defer func() { <-ended }()
	defer server.Close()
	return wait()
}
