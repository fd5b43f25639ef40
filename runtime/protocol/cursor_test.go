package protocol

import "testing"

func TestCursors(t *testing.T) {
	want := Cursor{History: "EPOCH", Revision: 42}
	if got, err := ParseCursor(want.String()); err != nil || got != want {
		t.Errorf("%s reads %+v, %v", want, got, err)
	}
	for _, odd := range []string{"", ".", "EPOCH", "EPOCH.", ".42", "EPOCH.-1", "EPOCH.4x", "EPOCH.99999999999999999999", "EPOCH.1.2", " EPOCH.1 "} {
		if got, err := ParseCursor(odd); err == nil {
			t.Errorf("%q reads %+v", odd, got)
		}
	}
}
