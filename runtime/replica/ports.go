package replica

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/pullmode/operator/runtime/certs"
	"github.com/pullmode/operator/runtime/server"
)

// ports are the listeners of a replica. They are opened before anything else, so
// that an address that is taken is known of before the store is touched.
type ports struct {
	api, admin, metrics net.Listener
	// certificates are those of the ports that speak TLS, by the port's name.
	certificates map[string]*certs.Files
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
	p.certificates = map[string]*certs.Files{}
	secure := func(l *net.Listener, name, dir string, read func(string, *slog.Logger) (*certs.Files, error)) {
		if err != nil || *l == nil || dir == "" {
			return
		}
		var files *certs.Files
		if files, err = read(dir, o.Log); err == nil {
			*l, p.certificates[name] = tls.NewListener(*l, files.Listening()), files
		}
	}
	secure(&p.api, "public", o.TLSDir, certs.Public)
	secure(&p.admin, "admin", o.AdminTLSDir, certs.Admin)
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
