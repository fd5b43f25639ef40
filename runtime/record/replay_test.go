package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

var began = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// world is a runtime that only writes its record.
type world struct {
	revision int64
	docs     map[string]*request.Document // by id
	open     map[string]string            // by customer
	events   []Event
}

func newWorld() *world {
	return &world{docs: map[string]*request.Document{}, open: map[string]string{}}
}

// does lets a command happen to the request of a customer.
func (w *world) does(customer string, c request.Command) {
	w.revision++
	list := &snapshot.List{Source: snapshot.Source{Name: "l1"}, ClosePolicy: snapshot.CloseMembers}
	env := request.Env{
		Now: began.Add(time.Duration(w.revision) * time.Second), List: list,
		Channel: &snapshot.Channel{Outbound: &snapshot.Webhook{}},
		Place:   request.Place{ID: fmt.Sprintf("r%03d", w.revision), List: "l1", Channel: "web"},
	}
	before := w.docs[w.open[customer]]
	if c.Kind == request.Receive {
		c.Customer = request.Customer{ID: customer}
		if before != nil && !before.Open() {
			before = nil
		}
	}
	d := request.Decide(before, c, env)
	if d.Next == nil {
		return
	}
	for n, doc := range []*request.Document{d.Next, d.Successor} {
		if doc != nil {
			w.docs[doc.ID], w.open[customer] = doc, doc.ID
			w.tell(n, doc)
		}
	}
	if d.Message != nil {
		w.events = append(w.events, New("/pullmode/main", Place{"E", w.revision, 1}, TypeMessage, d.Next.ID, d.Message.At, Data{Message: encoded(d.Message)}))
	}
}

func (w *world) tell(n int, doc *request.Document) {
	w.events = append(w.events, New("/pullmode/main", Place{"E", w.revision, n}, TypeOf(doc.Last.Kind), doc.ID, doc.Last.At,
		Data{Request: encoded(doc), Change: encoded(doc.Last)}))
}

func encoded(value any) json.RawMessage {
	b, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return b
}

func command(kind request.Kind, agent string) request.Command {
	c := request.Command{Kind: kind, Actor: request.Actor{Kind: request.AgentActor, Name: agent}, Rights: request.Rights{Role: snapshot.Admin}}
	if kind == request.Receive {
		c.Actor = request.Actor{Kind: request.CustomerActor}
	}
	c.Target = request.Target{List: "l2", Agent: agent}
	return c
}

// story is a small world: john's request is joined, left and closed, and he comes
// back; jane's is transferred.
func story() *world {
	w := newWorld()
	for _, kind := range []request.Kind{request.Receive, request.Join, request.Leave, request.Close, request.Receive} {
		w.does("john", command(kind, "alice"))
	}
	for _, kind := range []request.Kind{request.Receive, request.Join, request.Say, request.Transfer} {
		w.does("jane", command(kind, "bob"))
	}
	return w
}

func lines(events []Event) string {
	var b strings.Builder
	for _, e := range events {
		b.Write(encoded(e))
		b.WriteByte('\n')
	}
	return b.String()
}

func replay(t testing.TB, text string) *Result {
	t.Helper()
	result, err := Replay(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func (r *Result) whats() (found []string) {
	for _, f := range r.Findings {
		found = append(found, strings.TrimSpace(f.Request+" "+f.Rule)+": "+f.What)
	}
	return found
}

func TestReplay(t *testing.T) {
	w := story()
	result := replay(t, lines(w.events))
	if diff := cmp.Diff([]Finding{}, result.Findings); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, r := range result.Requests {
		d := r.Document
		got = append(got, fmt.Sprintf("%s %s %s %d %s, %d changes, %d messages", d.Customer.ID, d.List, d.State, d.Version, d.Reason, r.Changes, r.Messages))
		if diff := cmp.Diff(w.docs[r.ID], d); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff([]string{
		"john l1 CLOSED 4 AGENT, 4 changes, 1 messages",
		"john l1 UNREAD 1 , 1 changes, 1 messages",
		"jane l1 CLOSED 4 TRANSFERRED, 4 changes, 2 messages",
		"jane l2 UNREAD 1 , 1 changes, 0 messages",
	}, got); diff != "" {
		t.Error(diff)
	}
}

// A record as it really comes: every event at least once, those of different
// requests in any order. What it comes to is what the runtime came to.
func TestAnyRecordOfARuntime(t *testing.T) {
	kinds := []request.Kind{request.Receive, request.Receive, request.Join, request.Join, request.Leave, request.Say, request.Close,
		request.EndSession, request.Transfer, request.Remove, request.Disconnect, request.ForceClose}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			agent := rapid.SampledFrom([]string{"alice", "bob"}).Draw(t, "agent")
			c := command(rapid.SampledFrom(kinds).Draw(t, "kind"), agent)
			if (c.Kind == request.ForceClose || c.Kind == request.Transfer) && rapid.Bool().Draw(t, "by the platform") {
				c.Actor, c.Rights = request.Actor{Kind: request.OperatorActor, Name: "dana"}, request.Rights{}
			}
			w.does(rapid.SampledFrom([]string{"john", "jane"}).Draw(t, "customer"), c)
		}
		events := slices.Clone(w.events)
		for range rapid.IntRange(0, 5).Draw(t, "repeated") {
			if len(w.events) > 0 {
				events = append(events, rapid.SampledFrom(w.events).Draw(t, "again"))
			}
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		text := lines(events)
		if rapid.Bool().Draw(t, "array") {
			text = string(encoded(events))
			if events == nil {
				text = "[]"
			}
		}
		result, err := Replay(strings.NewReader(text))
		if err != nil || len(result.Findings) > 0 {
			t.Fatalf("%v, %v", err, result.whats())
		}
		got := map[string]*request.Document{}
		for _, r := range result.Requests {
			got[r.ID] = r.Document
		}
		if diff := cmp.Diff(w.docs, got); diff != "" {
			t.Fatal(diff)
		}
		if result.Events != len(events) || result.Repeated != len(events)-len(w.events) {
			t.Fatalf("%d events, %d repeated of %d", result.Events, result.Repeated, len(events))
		}
	})
}

func TestFindings(t *testing.T) {
	// john: r001 with versions 1 to 4, r005; jane: r006 with versions 1 to 4, r009.
	at := func(events []Event, id string, version int64) int {
		return slices.IndexFunc(events, func(e Event) bool {
			var d request.Document
			return e.Transition() && json.Unmarshal(e.Data.Request, &d) == nil && d.ID == id && d.Version == version
		})
	}
	without := func(id string, version int64) func([]Event) []Event {
		return func(events []Event) []Event { i := at(events, id, version); return slices.Delete(events, i, i+1) }
	}
	changed := func(id string, version int64, change func(*request.Document)) func([]Event) []Event {
		return func(events []Event) []Event {
			i := at(events, id, version)
			d := &request.Document{}
			_ = json.Unmarshal(events[i].Data.Request, d)
			change(d)
			events[i].Data.Request = encoded(d)
			return events
		}
	}
	for name, tc := range map[string]struct {
		change func([]Event) []Event
		want   []string
	}{
		"a version is missing": {without("r001", 2), []string{"r001 INV7: version 2 is missing"}},
		"two are missing": {func(e []Event) []Event { return without("r006", 3)(without("r006", 2)(e)) },
			[]string{"r006 INV7: versions 2 to 3 are missing"}},
		"a missing one that the runtime has told of": {func(events []Event) []Event {
			return append(without("r001", 2)(events), New("/pullmode/main", GapAt("E", 2), TypeGap, "", began, Data{Gap: &Gap{From: 2, To: 2, Reason: "late"}}))
		}, nil},
		"a gap elsewhere": {func(events []Event) []Event {
			return append(without("r001", 2)(events), New("/pullmode/main", GapAt("E", 9), TypeGap, "", began, Data{Gap: &Gap{From: 8, To: 9}}))
		}, []string{"r001 INV7: version 2 is missing"}},
		"it begins later than the request": {without("r001", 1), nil},
		"not closed before the next": {without("r001", 4),
			[]string{"r005 INV5: customer john has it on channel web while request r001 is open"}},
		"a version twice": {func(events []Event) []Event {
			again := events[at(events, "r001", 2)]
			again.ID = Place{"E", 2, 7}.String()
			return append(events, again)
		}, []string{"r001 INV7: version 2 comes twice"}},
		"versions that go back": {func(events []Event) []Event {
			events[at(events, "r001", 3)].ID = Place{"E", 1, 7}.String()
			return events
		}, []string{"r001 INV7: version 2 comes after version 3", "r001 INV7: version 2 is missing", "r001 INV7: version 3 is missing"}},
		"restored from a backup, versions count from there": {func(events []Event) []Event {
			again := events[at(events, "r006", 2)]
			again.ID = Place{"F", 2, 0}.String()
			return append(events, again)
		}, nil},
		"an illegal edge": {changed("r001", 2, func(d *request.Document) { d.State, d.Members = request.Inactive, nil }), []string{
			`r001 INV7: version 3 released alice, who was not a member`,
			`r001 INV9: version 2 went from "UNREAD" to INACTIVE`,
			"r001 INV9: version 3 went from ACTIVE, and the one before was INACTIVE",
		}},
		"a state with the wrong members": {changed("r001", 1, func(d *request.Document) { d.EverJoined = true }),
			[]string{"r001 INV1: version 1 is UNREAD with 0 members, ever joined: true"}},
		"closed with members": {changed("r006", 4, func(d *request.Document) { d.Members = []request.Member{{Agent: "bob"}} }),
			[]string{"r006 INV4: version 4 is CLOSED with 1 members, ever joined: true"}},
		"two owners": {changed("r006", 2, func(d *request.Document) {
			d.Members = []request.Member{{Agent: "bob", Owner: true}, {Agent: "al", Owner: true}}
		}), []string{"r006 INV6: version 2 has 2 owners", "r006 INV7: al is no member of version 3 and was not released"}},
		"an unknown state": {changed("r005", 1, func(d *request.Document) { d.State = "LOST" }),
			[]string{`r005 INV9: version 1 is in the state "LOST", which there is not`, `r005 INV9: version 1 went from "" to LOST`}},
		"one id for two things": {func(events []Event) []Event {
			other := events[at(events, "r005", 1)]
			other.Data.Request = encoded(&request.Document{ID: "r005", Version: 9})
			return append(events, other)
		}, []string{"r005: line 15: event E.5.0 was there before and said something else"}},
		"an id that is none": {func(events []Event) []Event { events[at(events, "r005", 1)].ID = "5"; return events },
			[]string{`r005: line 6: "5" is no id of a runtime's event`, "r005: there are messages of the request, and nothing else"}},
		"no document": {func(events []Event) []Event { events[at(events, "r009", 1)].Data.Request = nil; return events },
			[]string{"r009: line 14: event E.9.1 has no document of a request"}},
		"another's document": {func(events []Event) []Event {
			events[at(events, "r009", 1)].Subject = "r001"
			return events
		}, []string{`r001: line 14: event E.9.1 of type io.pullmode.request.transfer has the document of request r009 after "transfer"`}},
		"what others say": {func(events []Event) []Event {
			return append(events, Event{ID: "1", Source: "/shop", Type: "com.example.sold"})
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			result := replay(t, lines(tc.change(story().events)))
			if diff := cmp.Diff(tc.want, result.whats()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDamagedRecords(t *testing.T) {
	events := story().events
	text := lines(events)
	n := len(events)
	array := string(encoded(events))
	for name, tc := range map[string]struct {
		text   string
		events int
		want   []string
	}{
		"nothing":                        {"", 0, nil},
		"empty lines":                    {"\n  \n", 0, nil},
		"without a newline at its end":   {strings.TrimSpace(text), n, nil},
		"lines of Windows, and its mark": {"\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"), n, nil},
		"the last line is cut off":       {text + text[:30], n, []string{fmt.Sprintf(": line %d, the last one, is cut off", n+1)}},
		"a line is none":                 {"{\n" + text, n, []string{": line 1 is no event: unexpected end of JSON input"}},
		"an array":                       {" " + array, n, nil},
		"an array of nothing":            {"[]", 0, nil},
		"an array that is cut off":       {array[:len(array)-1], n, []string{fmt.Sprintf(": the array is cut off behind its event %d", n)}},
		"an array cut off in an event":   {array[:len(array)-3], n - 1, []string{fmt.Sprintf(": the array is cut off behind its event %d", n-1)}},
		"an array that is none":          {"[1]", 0, []string{": the array cannot be read behind its event 0: json: cannot unmarshal number into Go value of type record.Event"}},
	} {
		t.Run(name, func(t *testing.T) {
			result := replay(t, tc.text)
			if diff := cmp.Diff(tc.want, result.whats()); diff != "" || result.Events != tc.events {
				t.Errorf("%d events, want %d; %s", result.Events, tc.events, diff)
			}
		})
	}
	if _, err := Replay(broken{}); err == nil {
		t.Error("a record that cannot be read is no error")
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, fmt.Errorf("the disk is gone") }

func TestPlaces(t *testing.T) {
	for _, p := range []Place{{"E", 7, 0}, {"E", 1 << 40, 12}, GapAt("E", 9)} {
		if got, err := ParsePlace(p.String()); err != nil || got != p {
			t.Errorf("%s reads %v, %v", p, got, err)
		}
	}
	for _, id := range []string{"", "E", "E.1", "E.x.1", "E.1.x", ".1.1", "E.0.1", "E.1.1.1"} {
		if _, err := ParsePlace(id); err == nil {
			t.Errorf("%q reads as a place", id)
		}
	}
}

func FuzzReplay(f *testing.F) {
	f.Add([]byte(lines(story().events)))
	f.Add([]byte(encoded(story().events)))
	f.Fuzz(func(t *testing.T, record []byte) {
		if _, err := Replay(bytes.NewReader(record)); err != nil {
			t.Fatal(err)
		}
	})
}
