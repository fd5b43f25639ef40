package certs_test

import (
	"crypto/tls"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/pullmode/operator/runtime/certs"
	"github.com/pullmode/operator/runtime/internal/site"
)

// enters tells whether the operator's port lets a client in, and whether it had been there before.
func enters(t *testing.T, port string, config *tls.Config) (in, resumed bool) {
	t.Helper()
	conn, err := tls.Dial("tcp", port, config)
	if err != nil {
		return false, false
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "hello"); err != nil { // in TLS 1.3 a refusal comes behind the client's handshake
		return false, false
	}
	_, err = io.ReadFull(conn, make([]byte, 5)) // and so does what a session is resumed with
	return err == nil, conn.ConnectionState().DidResume
}

// Whose authority is taken out of the files is not let in any more, not even to go on with a session of before.
func TestAuthorityTakenOut(t *testing.T) {
	own, another, dir := site.NewAuthority(t), site.NewAuthority(t), t.TempDir()
	own.Server(dir, 100)
	files, err := certs.Admin(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	port, client := echo(t, files), own.TLS(own)
	client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	for _, again := range []bool{false, true} {
		if in, resumed := enters(t, port, client); !in || resumed != again {
			t.Fatalf("let in: %t, resumed: %t, want %t", in, resumed, again)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "ca.crt"), another.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	if in, resumed := enters(t, port, client); in {
		t.Errorf("it is still let in, resumed: %t", resumed)
	}
}

// A file that is read while it is being written is read again when all of it is there, however little time was between.
func TestWrittenInTwo(t *testing.T) {
	own, another, dir := site.NewAuthority(t), site.NewAuthority(t), t.TempDir()
	own.Server(dir, 100)
	files, err := certs.Admin(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(dir, "ca.crt")
	half, err := os.Stat(bundle)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bundle, append(own.PEM, another.PEM...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(bundle, half.ModTime(), half.ModTime()); err != nil {
		t.Fatal(err)
	}
	if in, _ := enters(t, echo(t, files), another.TLS(own)); !in {
		t.Error("the second half was never read")
	}
}
