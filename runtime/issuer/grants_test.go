package issuer

import (
	"testing"
	"time"
)

// A page that renews its tokens all day, and every few seconds, is one sign-in: it
// keeps nobody else from signing in.
func TestRenewalsAreNoSignIns(t *testing.T) {
	var g grants
	now, fits := time.Now(), func(grant) error { return nil }
	secret, err := g.open(now, request{}, person{name: "mary"})
	for range maxGrants {
		if err != nil {
			t.Fatal(err)
		}
		var renewed grant
		renewed, err = g.take(now, secret, DefaultRefreshTTL, fits)
		secret = renewed.secret
	}
	if _, err := g.open(now, request{}, person{name: "john"}); err != nil {
		t.Errorf("the next one is refused: %v", err)
	}
}
