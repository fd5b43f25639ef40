package auth_test

import (
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/auth"
)

func TestKeyMatches(t *testing.T) {
	const key, next = "correct-horse-battery", "staple-and-some-more"
	tests := map[string]struct {
		hashes []string
		key    string
		want   bool
	}{
		"the key":            {[]string{auth.HashKey(key)}, key, true},
		"either of two":      {[]string{auth.HashKey(next), auth.HashKey(key)}, key, true},
		"named twice":        {[]string{auth.HashKey(key), auth.HashKey(key)}, key, true},
		"another":            {[]string{auth.HashKey(key)}, next, false},
		"a part of it":       {[]string{auth.HashKey(key)}, key[:len(key)-1], false},
		"its hash is no key": {[]string{auth.HashKey(key)}, auth.HashKey(key), false},
		"no key is known":    {nil, key, false},
		"the empty key":      {[]string{""}, "", false},
		"a hash cut off":     {[]string{auth.HashKey(key)[:8]}, key, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if got := auth.KeyMatches(tc.hashes, tc.key); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestHashKeyStays(t *testing.T) {
	// Stored hashes must keep matching: this is SHA-256 of "abc" (FIPS 180).
	if got, want := auth.HashKey("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCheckKey(t *testing.T) {
	tests := map[string]struct {
		key  string
		want string
	}{
		"long enough":      {key: strings.Repeat("k", auth.MinKeyLength)},
		"longest":          {key: strings.Repeat("k", auth.MaxKeyLength)},
		"too short":        {key: strings.Repeat("k", auth.MinKeyLength-1), want: "at least 16"},
		"too long":         {key: strings.Repeat("k", auth.MaxKeyLength+1), want: "at most 1024"},
		"a file's newline": {key: "sixteen-characters\n", want: "newline"},
		"not ASCII":        {key: "sixteen-chäracters", want: "ASCII"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			err := auth.CheckKey(tc.key)
			if tc.want == "" && err != nil {
				t.Error(err)
			}
			if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), tc.key) {
				t.Error("the key is in the error")
			}
		})
	}
}
