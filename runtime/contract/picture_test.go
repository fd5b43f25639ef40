package contract

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/lab"
)

// A desk that comes from a replica that was ahead of this one has had what is still
// news here: it is told of it without a sound (N4).
func TestWhatWasHadAtAReplicaAheadIsSilent(t *testing.T) {
	for name, tc := range map[string]struct {
		had  int64
		want []string
	}{
		"had":     {1 << 40, []string{listsEvent, rowsEvent, addRowsEvent}},
		"not had": {0, []string{listsEvent, rowsEvent, rowEvent}},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			feed := l.Connect(lab.Alice, "")
			var told []string
			d := &desk{face: &Face{Options: Options{View: l.View, Now: l.Clock.Now}}, had: tc.had}
			d.caller.Agent = lab.Alice
			d.picture = newPicture(lab.Alice.Name, ConversationID, d, func(packets ...*packet) {
				for _, p := range packets {
					told = append(told, p.event)
				}
			})
			for _, message := range []string{"", "m1"} {
				if message != "" {
					l.Message("john", message)
				}
				flush, err := feed.Next(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, frame := range flush.Frames {
					if err := d.frame(frame); err != nil {
						t.Fatal(err)
					}
				}
			}
			if diff := cmp.Diff(tc.want, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}
