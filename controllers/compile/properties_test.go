package compile_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/snapshot"
)

// history compiles a few states of a namespace one after the other and gives the
// last input, with what was served before it.
func history(t *rapid.T) compile.Input {
	var in compile.Input
	var served *snapshot.Snapshot
	for range rapid.IntRange(0, 3).Draw(t, "states before") {
		in = anyInput(t, in)
		in.Previous = served
		if s := compile.Compile(in).Snapshot; s != nil {
			served = s
		}
	}
	in = anyInput(t, in)
	in.Previous = served
	return in
}

func encoded(t *rapid.T, s *snapshot.Snapshot) string {
	if s == nil {
		return ""
	}
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func same(t *rapid.T, what string, want, got compile.Result) {
	t.Helper()
	if diff := cmp.Diff(encoded(t, want.Snapshot), encoded(t, got.Snapshot)); diff != "" {
		t.Fatalf("%s: snapshot (-want +got):\n%s", what, diff)
	}
	if diff := cmp.Diff(want.Verdicts, got.Verdicts); diff != "" {
		t.Fatalf("%s: verdicts (-want +got):\n%s", what, diff)
	}
}

func TestSnapshotAlwaysServes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := compile.Compile(history(t)).Snapshot
		if s == nil {
			return
		}
		if problems := s.Validate(); len(problems) > 0 {
			t.Fatalf("%v", problems)
		}
		index := snapshot.NewIndex(s, 1, "")
		for _, c := range s.Channels {
			if index.Domain(c.Type) == nil {
				t.Fatalf("channel %s has type %s, which belongs to no domain", c.Name, c.Type)
			}
			if len(c.KeyHashes) == 0 {
				t.Fatalf("channel %s has no key", c.Name)
			}
			if c.Outbound != nil && len(c.Outbound.SigningKeys) == 0 {
				t.Fatalf("what channel %s posts is not signed", c.Name)
			}
		}
		if s.EventSink != nil && len(s.EventSink.SigningKeys) == 0 {
			t.Fatal("what the event sink is given is not signed")
		}
	})
}

func TestOrderOfInputMeansNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := history(t)
		want := compile.Compile(in)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		shuffle(r, in.Runtimes)
		shuffle(r, in.MediaRoutingDomains)
		shuffle(r, in.Worklists)
		shuffle(r, in.Channels)
		shuffle(r, in.AgentSubscriptions)
		same(t, "shuffled", want, compile.Compile(in))
	})
}

func shuffle[T any](r *rand.Rand, items []T) {
	r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
}

// Otherwise an operator would program the same runtime again and again.
func TestCompilingTheSameAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := history(t)
		first := compile.Compile(in)
		if first.Snapshot == nil {
			return
		}
		previous, err := snapshot.Decode([]byte(encoded(t, first.Snapshot))) // as it comes back from a runtime
		if err != nil {
			t.Fatal(err)
		}
		in.Previous = previous
		same(t, "again", first, compile.Compile(in))
	})
}

// What is signed with goes into the snapshot, and nowhere else.
func TestVerdictsQuoteNoSecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range compile.Compile(history(t)).Verdicts {
			if said := v.Accepted.Message + v.ResolvedRefs.Message; strings.Contains(said, "signing-a") || strings.Contains(said, "signing-b") {
				t.Fatalf("%s %s: %s", v.Kind, v.Name, said)
			}
		}
	})
}

func TestInputIsNotChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := history(t)
		before, refused := written(t, in), maps.Clone(in.Refused)
		compile.Compile(in)
		if diff := cmp.Diff(before, written(t, in)) + cmp.Diff(refused, in.Refused); diff != "" {
			t.Fatalf("input (-before +after):\n%s", diff)
		}
	})
}

// written is an input but for what the runtime refused, whose keys JSON has no form for.
func written(t *rapid.T, in compile.Input) string {
	b, err := json.Marshal([]any{
		in.Runtimes, in.MediaRoutingDomains, in.Worklists, in.Channels, in.AgentSubscriptions, in.Keys, in.Previous, in.Open,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// L9: what is right is served; of what is not, nothing but a form that was served before.
func TestServedIsPresentOrLastForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := history(t)
		result := compile.Compile(in)
		if result.Snapshot == nil {
			return
		}
		type id struct{ kind, name, uid string }
		last := map[id]int64{}
		if in.Previous != nil {
			for _, o := range in.Previous.Objects() {
				last[id{o.Kind, o.Name, o.UID}] = o.Generation
			}
		}
		for _, v := range result.Verdicts {
			was, known := last[id{v.Kind, v.Name, string(v.UID)}]
			keeps := v.Kind == snapshot.KindList || v.Kind == snapshot.KindMediaRoutingDomain || v.Kind == snapshot.KindSubscription
			switch {
			case v.Refused != "" && v.ServedGeneration != 0 && v.ServedGeneration != was:
				t.Fatalf("%s %s is refused in generation %d, was served in %d, but %d is", v.Kind, v.Name, v.Generation, was, v.ServedGeneration)
			case v.Refused != "" && keeps && v.Accepted.Reason != "Deleting" && known && v.ServedGeneration != was:
				t.Fatalf("%s %s was taken in generation %d, but %d is served", v.Kind, v.Name, was, v.ServedGeneration)
			case v.Refused != "":
			case v.Accepted.OK && v.ResolvedRefs.OK && v.ServedGeneration != v.Generation:
				t.Fatalf("%s %s is right in generation %d, but %d is served", v.Kind, v.Name, v.Generation, v.ServedGeneration)
			case v.Accepted.OK:
			case v.Accepted.Reason != "Deleting" && keeps && known && v.ServedGeneration != was:
				t.Fatalf("%s %s was accepted in generation %d, but %d is served", v.Kind, v.Name, was, v.ServedGeneration)
			case v.ServedGeneration != 0 && v.ServedGeneration != was:
				t.Fatalf("%s %s is not accepted in generation %d, was served in %d, but %d is", v.Kind, v.Name, v.Generation, was, v.ServedGeneration)
			}
		}
	})
}

// An object that is not accepted blocks nobody: without it, all others are judged alike.
func TestUnacceptedBlocksNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := history(t)
		full := compile.Compile(in)
		gone := map[string]bool{}
		for _, v := range full.Verdicts {
			if v.Kind == snapshot.KindChannel && !v.Accepted.OK || v.Kind == snapshot.KindList && !v.Accepted.OK {
				gone[v.Name] = true
			}
		}
		for i := range in.Channels {
			if gone[in.Channels[i].Name] {
				in.Channels = slices.Delete(slices.Clone(in.Channels), i, i+1)
				break
			}
		}
		for i := range in.Worklists {
			if gone[in.Worklists[i].Name] {
				in.Worklists = slices.Delete(slices.Clone(in.Worklists), i, i+1)
				break
			}
		}
		less := map[string]bool{}
		for _, v := range compile.Compile(in).Verdicts {
			less[v.Kind+v.Name] = v.Accepted.OK
		}
		for _, v := range full.Verdicts {
			if ok, there := less[v.Kind+v.Name]; there && ok != v.Accepted.OK {
				t.Fatalf("%s %s is judged %t with, and %t without an object that is not accepted: %s", v.Kind, v.Name, v.Accepted.OK, ok, v.Accepted.Message)
			}
		}
	})
}
