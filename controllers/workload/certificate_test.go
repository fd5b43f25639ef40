package workload

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"github.com/pullmode/operator/api/v1alpha1"
)

func TestRenew(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	type renewed struct{ authority, server, client bool }
	for name, tc := range map[string]struct {
		spoil func(*Credentials)
		after time.Duration
		want  renewed
	}{
		"nothing to do": {after: time.Hour},
		"not yet two thirds of a leaf's life": {
			after: leafLife*2/3 - time.Hour,
		},
		"two thirds of a leaf's life": {
			after: leafLife * 2 / 3,
			want:  renewed{server: true, client: true},
		},
		"two thirds of the authority's life: the next one signs nothing yet": {
			after: authorityLife * 2 / 3,
			want:  renewed{server: true, client: true},
		},
		"an operator that was away for a leaf's whole life": {
			after: leafLife + time.Hour,
			want:  renewed{server: true, client: true},
		},
		"a key of another certificate": {
			spoil: func(c *Credentials) { c.Server[keyPrivate] = c.Client[keyPrivate] },
			want:  renewed{server: true},
		},
		"a client certificate in the server's place": {
			spoil: func(c *Credentials) { c.Server = c.Client },
			want:  renewed{server: true},
		},
		"the authority's Secret was deleted": {
			spoil: func(c *Credentials) { c.Authority = nil },
			want:  renewed{authority: true},
		},
		"the authority's key belongs to nothing": {
			spoil: func(c *Credentials) { c.Authority[keyPrivate] = c.Client[keyPrivate] },
			want:  renewed{authority: true},
		},
		"everything was deleted": {
			spoil: func(c *Credentials) { *c = Credentials{} },
			want:  renewed{authority: true, server: true, client: true},
		},
		"an operator whose clock was ahead when it made them": {
			after: -settle,
			want:  renewed{authority: true, server: true, client: true},
		},
		"garbage": {
			spoil: func(c *Credentials) { c.Client = map[string][]byte{keyCertificate: []byte("garbage")} },
			want:  renewed{client: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := mustRenew(t, Credentials{}, start)
			present := Credentials{Authority: clone(before.Authority), Server: clone(before.Server), Client: clone(before.Client)}
			if tc.spoil != nil {
				tc.spoil(&present)
			}
			now := start.Add(tc.after)
			after := mustRenew(t, present, now)
			got := renewed{
				authority: !bytes.Equal(before.Authority[keyCertificate], after.Authority[keyCertificate]),
				server:    !bytes.Equal(before.Server[keyCertificate], after.Server[keyCertificate]),
				client:    !bytes.Equal(before.Client[keyCertificate], after.Client[keyCertificate]),
			}
			if got != tc.want {
				t.Errorf("renewed %+v, want %+v", got, tc.want)
			}
			if !after.RenewAt.After(now) {
				t.Errorf("to be renewed at %v, which is not after now (%v)", after.RenewAt, now)
			}
			if err := handshake(after.Server, after.Client, now); err != nil {
				t.Errorf("handshake with what was issued: %v", err)
			}
			if again := mustRenew(t, after, now); !same(after, again) {
				t.Error("what was just renewed is renewed again")
			}
		})
	}
}

func TestAuthorityOfAnotherRuntimeIsNotTrusted(t *testing.T) {
	now := time.Now()
	ours, theirs := mustRenew(t, Credentials{}, now), mustRenew(t, Credentials{}, now)
	if err := handshake(ours.Server, theirs.Client, now); err == nil {
		t.Error("a client of another runtime's authority was let in")
	}
}

func mustRenew(t *testing.T, present Credentials, now time.Time) Credentials {
	t.Helper()
	rt := &v1alpha1.RoutingRuntime{}
	rt.Name = "main"
	next, err := Renew(rt, present, now)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func clone(data map[string][]byte) map[string][]byte {
	c := map[string][]byte{}
	for k, v := range data {
		c[k] = bytes.Clone(v)
	}
	return c
}

// handshake connects the two sides with mutual TLS.
func handshake(server, client map[string][]byte, now time.Time) error {
	config := func(data map[string][]byte) (*tls.Config, error) {
		pair, err := tls.X509KeyPair(data[keyCertificate], data[keyPrivate])
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(data[keyAuthorities])
		return &tls.Config{
			Certificates: []tls.Certificate{pair}, RootCAs: pool, ClientCAs: pool,
			ClientAuth: tls.RequireAndVerifyClientCert, ServerName: AdminServerName("main"),
			MinVersion: tls.VersionTLS13, Time: func() time.Time { return now },
		}, err
	}
	serverConfig, err := config(server)
	if err != nil {
		return err
	}
	clientConfig, err := config(client)
	if err != nil {
		return err
	}
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	accepted := make(chan error, 1)
	go func() { accepted <- tls.Server(a, serverConfig).Handshake() }()
	if err := tls.Client(b, clientConfig).Handshake(); err != nil {
		return err
	}
	return <-accepted
}
