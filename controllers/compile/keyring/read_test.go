package keyring_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/compile/keyring"
	"github.com/pullmode/operator/runtime/auth"
)

func TestRead(t *testing.T) {
	const first, second = "first-key-of-the-page", "second-key-of-the-page"
	for name, tc := range map[string]struct {
		value string
		want  compile.Key
	}{
		"one key":                        {first, compile.Key{Hashes: []string{auth.HashKey(first)}}},
		"a file's last line end":         {first + "\n", compile.Key{Hashes: []string{auth.HashKey(first)}}},
		"present and next":               {first + "\r\n\n  " + second + "\n", compile.Key{Hashes: []string{auth.HashKey(first), auth.HashKey(second)}}},
		"nothing":                        {" \n", compile.Key{}},
		"one of two is short: none":      {first + "\nshort\n", compile.Key{Problem: "the key has 5 characters; use at least 16 random ones"}},
		"more than a connector can need": {strings.Repeat(first+"\n", 5), compile.Key{Problem: "it holds 5 keys; keep at most 4"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := keyring.Read(map[string][]byte{"key": []byte(tc.value)}, compile.Need{})
			if diff := cmp.Diff(compile.SecretKeys{"key": tc.want}, got); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
		})
	}
}

// What is signed with is needed as it is; of everything else hashes do.
func TestReadSigning(t *testing.T) {
	const connector, first, second = "key-of-the-connector", "first-signing-secret", "second-signing-secret"
	got := keyring.Read(map[string][]byte{
		"key": []byte(connector), "signing-key": []byte(first + "\n" + second + "\n"), "short": []byte("short"),
	}, compile.Need{Signing: []string{"signing-key", "short", "nothing"}})
	want := compile.SecretKeys{
		"key":         {Hashes: []string{auth.HashKey(connector)}},
		"signing-key": {Hashes: []string{auth.HashKey(first), auth.HashKey(second)}, Signing: []string{first, second}},
		"short":       {Problem: "the key has 5 characters; use at least 16 random ones"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}
