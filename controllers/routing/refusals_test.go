package routing

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/snapshot"
)

func verdict(kind, name string, generation, served int64) compile.Verdict {
	return compile.Verdict{Kind: kind, Name: name, UID: "u", Generation: generation, ServedGeneration: served}
}

func form(kind, name string, generation int64) compile.Form {
	return compile.Form{Kind: kind, Name: name, UID: "u", Generation: generation}
}

// A refusal is learned of where there is something to go on without.
func TestWhatARefusalTeaches(t *testing.T) {
	left := verdict(snapshot.KindList, "l1", 2, 1)
	left.Refused = "earlier"
	problem := func(kind, name, message string) snapshot.Problem {
		return snapshot.Problem{Kind: kind, Name: name, Message: message}
	}
	for name, tc := range map[string]struct {
		verdicts []compile.Verdict
		problems []snapshot.Problem
		again    bool
		want     compile.Refused
	}{
		"it names an object": {
			[]compile.Verdict{verdict(snapshot.KindList, "l1", 2, 2), verdict(snapshot.KindChannel, "l1", 2, 2)},
			[]snapshot.Problem{problem(snapshot.KindList, "l1", "a"), problem(snapshot.KindList, "l1", "b")},
			true, compile.Refused{form(snapshot.KindList, "l1", 2): "a; b"},
		},
		"it names several": {
			[]compile.Verdict{verdict(snapshot.KindList, "l1", 2, 2), verdict(snapshot.KindChannel, "c", 1, 1)},
			[]snapshot.Problem{problem(snapshot.KindList, "l1", "a"), problem(snapshot.KindChannel, "c", "b")},
			true, compile.Refused{form(snapshot.KindList, "l1", 2): "a", form(snapshot.KindChannel, "c", 1): "b"},
		},
		"it names the RoutingRuntime": {
			[]compile.Verdict{verdict(snapshot.KindRuntime, "main", 1, 1)}, []snapshot.Problem{problem(snapshot.KindRuntime, "main", "a")}, false, nil,
		},
		"it names nothing": {[]compile.Verdict{verdict(snapshot.KindList, "l1", 2, 2)}, nil, false, nil},
		"it names what was left out already": {
			[]compile.Verdict{left}, []snapshot.Problem{problem(snapshot.KindList, "l1", "a")}, false, nil,
		},
		"it names a last form": {
			[]compile.Verdict{verdict(snapshot.KindList, "l1", 2, 1)}, []snapshot.Problem{problem(snapshot.KindList, "l1", "a")}, false, nil,
		},
		"it names what has no object": {
			[]compile.Verdict{verdict(snapshot.KindList, "l1", 2, 2)}, []snapshot.Problem{problem(snapshot.KindList, "drains", "a")}, false, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var r refusals
			if got := r.learn(&snapshot.Refusal{Problems: tc.problems}, tc.verdicts, []string{"v1"}, time.Now()); got != tc.again {
				t.Errorf("it is tried again: %t, want %t", got, tc.again)
			}
			if diff := cmp.Diff(tc.want, r.forms); diff != "" {
				t.Errorf("left out (-want +got):\n%s", diff)
			}
		})
	}
}

// What was refused is offered again once the runtime may think otherwise.
func TestARefusalIsOutdated(t *testing.T) {
	at := time.Unix(0, 0)
	for name, tc := range map[string]struct {
		versions []string
		after    time.Duration
		want     bool
	}{
		"nothing has changed":       {[]string{"v1", "v2"}, time.Minute, false},
		"a replica is newer":        {[]string{"v2"}, time.Minute, true},
		"nobody answers":            {nil, time.Minute, false},
		"it was a while ago":        {[]string{"v1", "v2"}, refusedAgainAfter, true},
		"and nobody answers either": {nil, refusedAgainAfter, true},
	} {
		t.Run(name, func(t *testing.T) {
			var r refusals
			if r.outdated(tc.versions, at.Add(tc.after)) {
				t.Error("outdated before anything was refused")
			}
			r.learn(&snapshot.Refusal{Problems: []snapshot.Problem{{Kind: snapshot.KindList, Name: "l1", Message: "a"}}},
				[]compile.Verdict{verdict(snapshot.KindList, "l1", 1, 1)}, []string{"v1", "v2"}, at)
			if got := r.outdated(tc.versions, at.Add(tc.after)); got != tc.want {
				t.Errorf("outdated: %t, want %t", got, tc.want)
			}
		})
	}
}

// What is remembered is bounded by what there is.
func TestRefusalsGoWithTheirObjects(t *testing.T) {
	r := refusals{forms: compile.Refused{form(snapshot.KindList, "l1", 1): "a", form(snapshot.KindList, "l2", 1): "a"}}
	still := verdict(snapshot.KindList, "l2", 1, 0)
	still.Refused = "a"
	r.keep([]compile.Verdict{verdict(snapshot.KindList, "l1", 2, 2), still})
	if diff := cmp.Diff(compile.Refused{form(snapshot.KindList, "l2", 1): "a"}, r.forms); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
}
