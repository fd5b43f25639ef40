// Package listen serves HTTP on a listener for as long as a context lasts.
package listen

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// grace is how long running calls may take after the end: a token is signed in
// less than a millisecond.
const grace = 5 * time.Second

// Serve answers until ctx ends, and finishes what it has begun. It closes the
// listener.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 90 * time.Second}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		stopped <- server.Shutdown(limited)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-stopped
}
