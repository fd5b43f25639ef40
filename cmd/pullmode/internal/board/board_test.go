package board_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

func TestID(t *testing.T) {
	b := board.New("alice")
	b.Number("01A")
	b.Number("01B")
	b.Number("01A")
	tests := map[string]struct {
		reference, want string
		fails           bool
	}{
		"a number":          {reference: "1", want: "01A"},
		"a number with #":   {reference: "#2", want: "01B"},
		"an id":             {reference: "01C", want: "01C"},
		"a number too high": {reference: "3", fails: true},
		"zero":              {reference: "0", fails: true},
		"not a number":      {reference: "#x", fails: true},
		"nothing":           {reference: "", fails: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := b.ID(tc.reference)
			if (err != nil) != tc.fails || got != tc.want {
				t.Errorf("got %q and %v, want %q", got, err, tc.want)
			}
		})
	}
}

// What strangers write goes into a terminal.
func TestNobodyElseCommandsTheTerminal(t *testing.T) {
	tests := map[string]struct{ said, want string }{
		"plain":              {"Grüße, 世界 🙂", "Grüße, 世界 🙂"},
		"lines":              {"one\r\ntwo\tthree", "one  two three"},
		"an escape sequence": {"\x1b[2Jgone", "\uFFFD[2Jgone"},
		"a C1 control":       {"\u009b31m", "\uFFFD31m"},
		"a bell":             {"\a", "\uFFFD"},
		"turned around":      {"a\u202egnp.exe", "a\uFFFDgnp.exe"},
		"not UTF-8":          {"\xff", "\uFFFD"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := board.Messages([]request.Message{{Text: tc.said, From: request.Actor{Name: "john"}}})
			if _, text, _ := strings.Cut(got[0], "john: "); text != tc.want {
				t.Errorf("got %q, want %q", text, tc.want)
			}
		})
	}
}

// After a break, only what is new is shown, and what is gone.
func TestSnapshotShowsWhatIsNew(t *testing.T) {
	r := func(id string, version int64, state request.State) *protocol.Request {
		return &protocol.Request{ID: id, List: "l1", Version: version, State: state}
	}
	b := board.New("alice")
	show := func(s *protocol.Snapshot) (shown []string) {
		for _, line := range b.Snapshot(s) {
			fields := strings.Fields(line)
			shown = append(shown, fields[1])
		}
		return shown
	}
	steps := []struct {
		name string
		s    *protocol.Snapshot
		want []string
	}{
		{"the first, in two parts", &protocol.Snapshot{Requests: []*protocol.Request{r("A", 1, request.Unread)}, More: true}, []string{"#1"}},
		{"its second part", &protocol.Snapshot{Requests: []*protocol.Request{r("B", 1, request.Unread), r("C", 1, request.Unread)}}, []string{"#2", "#3"}},
		{"the same again", &protocol.Snapshot{Requests: []*protocol.Request{r("A", 1, request.Unread), r("B", 1, request.Unread), r("C", 1, request.Unread)}}, nil},
		{"one changed, one gone, one new, in parts", &protocol.Snapshot{Requests: []*protocol.Request{r("A", 2, request.Active)}, More: true}, []string{"#1"}},
		{"the second part of that", &protocol.Snapshot{Requests: []*protocol.Request{r("C", 1, request.Unread), r("D", 1, request.Unread)}}, []string{"#4", "#2"}},
		{"of one list only, which says nothing of others", &protocol.Snapshot{Only: []string{"l2"}, Requests: []*protocol.Request{r("E", 1, request.Unread)}}, []string{"#5"}},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			if diff := cmp.Diff(step.want, show(step.s)); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
		})
	}
}
