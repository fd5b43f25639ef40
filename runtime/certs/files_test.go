package certs_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/certs"
	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/internal/site"
)

func TestMain(m *testing.M) { leak.Main(m) }

// The certificate that is shown is that of the files as they are now, and the last
// good one while they are not usable; a connection that there is outlives all.
func TestRenewal(t *testing.T) {
	authority, dir := site.NewAuthority(t), t.TempDir()
	authority.Server(dir, 100)
	var log bytes.Buffer
	files, err := certs.Public(dir, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	port := echo(t, files)
	dial := func() *tls.Conn {
		t.Helper()
		conn, err := (&tls.Dialer{Config: authority.TLS(authority)}).DialContext(t.Context(), "tcp", port)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn.(*tls.Conn)
	}
	shown := func() int64 { return dial().ConnectionState().PeerCertificates[0].SerialNumber.Int64() }
	old := dial()
	if got := shown(); got != 100 {
		t.Fatalf("serial %d", got)
	}
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct {
		name string
		do   func()
		want int64
	}{
		{"renewed", func() { authority.Server(dir, 101) }, 101},
		{"half written", func() { write("tls.crt", "half a certif") }, 101},
		{"a key of another", func() {
			other := t.TempDir()
			authority.Server(other, 102)
			pem, err := os.ReadFile(filepath.Join(other, "tls.crt"))
			if err != nil {
				t.Fatal(err)
			}
			write("tls.crt", string(pem))
		}, 101},
		{"gone", func() { _ = os.Remove(filepath.Join(dir, "tls.key")) }, 101},
		{"mended", func() { authority.Server(dir, 103) }, 103},
	}
	for _, step := range steps {
		step.do()
		for range 2 {
			if got := shown(); got != step.want {
				t.Errorf("%s: serial %d, want %d", step.name, got, step.want)
			}
		}
	}
	if n := strings.Count(log.String(), "cannot be used"); n != 3 {
		t.Errorf("complained %d times of 3 failures:\n%s", n, log.String())
	}
	if strings.Contains(log.String(), "PRIVATE") {
		t.Error("the log shows a key")
	}
	if files.Expiry().IsZero() || !files.Expiry().Equal(dial().ConnectionState().PeerCertificates[0].NotAfter) {
		t.Errorf("it runs out at %v", files.Expiry())
	}
	if _, err := io.WriteString(old, "still there"); err != nil {
		t.Fatal(err)
	}
	if b := make([]byte, 11); mustRead(t, old, b) != "still there" {
		t.Errorf("the old connection says %q", b)
	}
}

func mustRead(t *testing.T, from io.Reader, b []byte) string {
	t.Helper()
	if _, err := io.ReadFull(from, b); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// echo says what it hears.
func echo(t *testing.T, files *certs.Files) (addr string) {
	plain, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plain.Close() })
	l := tls.NewListener(plain, files.Listening())
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	return plain.Addr().String()
}

// What is not there to begin with is said, with what is missing.
func TestUnusableFiles(t *testing.T) {
	authority := site.NewAuthority(t)
	tests := map[string]struct {
		spoil func(dir string)
		open  func(string, *slog.Logger) (*certs.Files, error)
		want  string
	}{
		"no files":           {func(dir string) { _ = os.Remove(filepath.Join(dir, "tls.crt")) }, certs.Public, "must hold tls.crt and tls.key"},
		"no key":             {func(dir string) { _ = os.Remove(filepath.Join(dir, "tls.key")) }, certs.Public, "tls.key"},
		"no authority":       {func(dir string) { _ = os.Remove(filepath.Join(dir, "ca.crt")) }, certs.Admin, "must hold tls.crt, tls.key and ca.crt"},
		"no members'":        {func(dir string) { _ = os.Remove(filepath.Join(dir, "ca.crt")) }, certs.Client, "the certificates for etcd"},
		"an empty authority": {func(dir string) { _ = os.WriteFile(filepath.Join(dir, "ca.crt"), nil, 0o600) }, certs.Client, "ca.crt holds no PEM certificate"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			authority.Server(dir, 1)
			tc.spoil(dir)
			if _, err := tc.open(dir, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v does not say %q", err, tc.want)
			}
		})
	}
}
