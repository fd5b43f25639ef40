package auth_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
)

// Several issuers are trusted at once, each by its own audience and claims; neither
// can speak for the other's agents, where one has a prefix.
func TestSeveralIssuers(t *testing.T) {
	staff, partner := serve(t, nil), serve(t, nil)
	other := partner.config()
	other.Audience, other.UsernameClaim, other.GroupsClaim = "routing", "upn", "roles"
	other.UsernamePrefix, other.GroupsPrefix = "partner:", "partner:"
	v := verifier(t, newClock(), staff.config(), other)

	ofStaff := signClaims(t, staff.Issuer, map[string]any{"groups": []string{"supervisors"}})
	ofPartner := signClaims(t, partner.Issuer, map[string]any{"aud": "routing", "upn": "mary", "roles": []string{"supervisors"}, "groups": []string{"ignored"}})
	want := map[string]auth.Agent{
		ofStaff:   {Name: "mary", Groups: []string{"supervisors"}, Issuer: staff.URL()},
		ofPartner: {Name: "partner:mary", Groups: []string{"partner:supervisors"}, Issuer: partner.URL()},
	}
	for token, who := range want {
		got, err := v.Verify(t.Context(), token)
		got.Expiry = time.Time{}
		if diff := cmp.Diff(who, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}

	// What one of them asks for is nothing to the other.
	_, err := v.Verify(t.Context(), signClaims(t, staff.Issuer, map[string]any{"aud": "routing", "upn": "mary"}))
	refused(t, err, auth.ErrInvalidToken, auth.ReasonAudience)
	// Nor can one sign in the other's name.
	_, err = v.Verify(t.Context(), signClaims(t, partner.Issuer, map[string]any{"iss": staff.URL()}))
	refused(t, err, auth.ErrInvalidToken, auth.ReasonSignature)

	// One rotates its keys, and the other one is not asked.
	asked := staff.asked.Load()
	rotate(t, partner.Issuer)
	if _, err := v.Verify(t.Context(), signClaims(t, partner.Issuer, map[string]any{"aud": "routing", "upn": "eve"})); err != nil {
		t.Errorf("signed with a new key: %v", err)
	}
	if staff.asked.Load() != asked {
		t.Error("the issuer that has not rotated was asked")
	}

	// One goes, and its tokens with it, from the next call on.
	if err := v.SetIssuers([]auth.Issuer{staff.config()}); err != nil {
		t.Fatal(err)
	}
	_, err = v.Verify(t.Context(), ofPartner)
	refused(t, err, auth.ErrInvalidToken, auth.ReasonUnknownIssuer)
	if _, err := v.Verify(t.Context(), ofStaff); err != nil {
		t.Errorf("the one that stays: %v", err)
	}
}
