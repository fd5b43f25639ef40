package replica

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/pullmode/operator/runtime/server"
)

// ports are the listeners of a replica. They are opened before anything else, so
// that an address that is taken is known of before the store is touched.
type ports struct {
	api, admin, metrics net.Listener
}

func listen(o Options) (p ports, err error) {
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	open := func(into *net.Listener, addr, what string) {
		if err != nil || addr == "" {
			return
		}
		if *into, err = net.Listen("tcp", addr); err != nil {
			err = fmt.Errorf("open the port for %s: %w: choose another address, or stop what listens there", what, err)
		}
	}
	open(&p.api, o.Addr, "agents and connectors")
	open(&p.admin, o.AdminAddr, "the operator")
	open(&p.metrics, o.MetricsAddr, "health and metrics")
	if err == nil && p.admin != nil {
		var config *tls.Config
		if config, err = server.TLS(o.AdminTLSDir, o.Log); err == nil {
			p.admin = tls.NewListener(p.admin, config)
		}
	}
	return p, err
}

func (p ports) close() {
	for _, l := range []net.Listener{p.api, p.admin, p.metrics} {
		if l != nil {
			_ = l.Close()
		}
	}
}

// serve answers on a port until the server is shut down.
func (r *Replica) serve(l net.Listener, handler http.Handler) *http.Server {
	s := server.HTTP(handler, r.options.WriteTimeout, r.options.Log)
	r.tasks.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			r.fail(fmt.Errorf("serve on %s: %w", l.Addr(), err))
		}
	})
	return s
}
