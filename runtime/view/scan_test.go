package view_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

var (
	lists     = []string{"l1", "l2", "l3"}
	agents    = []string{"alice", "bob", "carol/c"}
	customers = []string{"a", "b/b", "c", "d"}
)

// Whatever happened, and in whatever order within a revision, the indexes say what a
// look at every single key says; and a view that has followed from the beginning is
// one that was loaded.
func TestIndexesSayWhatTheKeysSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		followed := view.New("epoch")
		stored := map[string]store.KV{}
		revision := int64(1)
		for range rapid.IntRange(1, 60).Draw(t, "revisions") {
			revision++
			byKey := map[string]store.Event{} // a revision has a key once
			for range rapid.IntRange(1, 4).Draw(t, "keys") {
				e := anything(t, revision)
				byKey[e.Key] = e
			}
			events := rapid.Permutation(slices.SortedFunc(maps.Values(byKey), func(a, b store.Event) int { return cmp.Compare(a.Key, b.Key) })).Draw(t, "order")
			apply(t, followed, events...)
			for _, e := range events {
				if stored[e.Key] = (store.KV{Key: e.Key, Value: e.Value, Revision: revision}); e.Deleted {
					delete(stored, e.Key)
				}
			}
			if diff := gocmp.Diff(scan(stored), picture(followed)); diff != "" {
				t.Fatalf("after revision %d (-keys +indexes):\n%s", revision, diff)
			}
		}
		loaded := view.New("epoch")
		for _, prefix := range view.Prefixes {
			for _, key := range slices.Sorted(maps.Keys(stored)) {
				if strings.HasPrefix(key, prefix) {
					if err := loaded.Load(stored[key]); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if err := loaded.Loaded(revision); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(picture(followed), picture(loaded)); diff != "" || loaded.Revision() != followed.Revision() {
			t.Fatalf("(-followed +loaded):\n%s", diff)
		}
	})
}

// anything is one change of a key.
func anything(t *rapid.T, revision int64) store.Event {
	agent := rapid.SampledFrom(agents).Draw(t, "agent")
	list := rapid.SampledFrom(lists).Draw(t, "list")
	customer := rapid.SampledFrom(customers).Draw(t, "customer")
	id := fmt.Sprintf("%s%d", customer, rapid.IntRange(0, 3).Draw(t, "incarnation"))
	open := rapid.SampledFrom([]request.State{request.Unread, request.Active, request.Inactive})
	var e store.Event
	switch rapid.IntRange(0, 11).Draw(t, "what") {
	case 0:
		e = put(revision, keyspace.Agent(agent), keyspace.AgentRecord{Groups: []string{list}})
	case 1:
		e = put(revision, keyspace.Subscription(agent, list), keyspace.SubscriptionRecord{
			Subscribed: rapid.Bool().Draw(t, "subscribed"), Since: rapid.Int64Range(0, revision-1).Draw(t, "since"),
		})
	case 2:
		e = put(revision, keyspace.Dismissal(agent), keyspace.DismissalRecord{Until: revision - 1, Some: map[string]int64{id: 1}})
	case 3:
		e = put(revision, keyspace.Presence(agent, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "replica")), keyspace.PresenceRecord{})
	case 4:
		e = put(revision, keyspace.Customer("c", customer), keyspace.CustomerRecord{Online: rapid.Bool().Draw(t, "online")})
	case 5:
		e = put(revision, keyspace.Draining(list), keyspace.DrainingRecord{Since: moment(t)})
	case 6:
		e = put(revision, keyspace.Capacity(agent), struct{}{})
	case 7, 8:
		e = put(revision, keyspace.Alert(id), keyspace.AlertRecord{Generation: 1})
	case 9:
		e = put(revision, keyspace.Closed(id), anyDocument(t, id, list, request.Closed))
	default:
		e = put(revision, keyspace.Slot("c", customer), anyDocument(t, id, list, open.Draw(t, "state")))
	}
	if rapid.IntRange(0, 2).Draw(t, "gone") == 0 {
		e.Deleted, e.Value = true, nil
	}
	return e
}

func moment(t *rapid.T) time.Time {
	return start.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "minute")) * time.Minute)
}

func anyDocument(t *rapid.T, id, list string, state request.State) *request.Document {
	d := doc(id, list, state, agents[:rapid.IntRange(0, 2).Draw(t, "members")]...)
	d.Channel, d.LastCustomerAt, d.OpenedAt = "c", moment(t), moment(t)
	some := func(name string) *time.Time {
		if !rapid.Bool().Draw(t, name) {
			return nil
		}
		at := moment(t)
		return &at
	}
	d.WaitingSince, d.LastAgentAt, d.LastJoinedAt = some("waits"), some("answered"), some("joined")
	for n := range rapid.IntRange(0, 2).Draw(t, "offers") {
		o := request.Offer{ID: fmt.Sprintf("%s-%d", id, n), From: rapid.SampledFrom(agents).Draw(t, "from"), At: moment(t)}
		if rapid.Bool().Draw(t, "to a list") {
			o.List = rapid.SampledFrom(lists).Draw(t, "to")
		} else {
			o.Agent = rapid.SampledFrom(agents).Draw(t, "to")
		}
		d.Offers = append(d.Offers, o)
	}
	for _, agent := range agents[:rapid.IntRange(0, 2).Draw(t, "wrap-ups")] {
		d.WrapUps = append(d.WrapUps, request.Wrapped{Agent: agent, Since: moment(t), AppliedAt: some("applied")})
	}
	return d
}

// seen is what is asked of a view.
type seen struct {
	Entries   map[string][2]int64 // revisions of document and alert, by id
	Lists     map[string][]string
	Counts    map[string]map[request.State]int
	Longest   map[string][2]time.Time // nobody joined, and no answer, since
	Joined    map[string][]string
	Members   []string
	Offering  map[string][]string // by agent and list
	Clocks    map[view.ClockScope]string
	Customers map[string]bool
	Present   []string
	Draining  map[string]time.Time
	Agents    map[string]any
}

func picture(v *view.View) seen {
	p := empty()
	p.Members, p.Present = v.MemberAgents(), v.PresentAgents()
	for _, id := range everything(v, lists...) {
		e := v.Request(id)
		p.Entries[id] = [2]int64{e.Revision, e.AlertRevision}
		if v.Slot(e.Key) != e {
			panic("two entries of " + id)
		}
	}
	for _, list := range lists {
		p.Lists[list] = everything(v, list)
		p.Counts[list] = v.Counts(list)
		unread, unanswered := v.Longest(list)
		p.Longest[list] = [2]time.Time{unread, unanswered}
		maps.DeleteFunc(p.Counts[list], func(_ request.State, n int) bool { return n == 0 })
		for _, agent := range agents {
			p.Offering[agent+" "+list] = ids(v.Offering(agent, []string{list}))
		}
	}
	for _, list := range v.DrainingLists() {
		p.Draining[list], _ = v.Draining(list)
	}
	for _, agent := range agents {
		joined := ids(v.Joined(agent))
		slices.Sort(joined)
		p.Joined[agent] = joined
		known := v.Agent(agent)
		since := map[string]int64{}
		for list, s := range known.Subscriptions {
			since[list] = s.Since
		}
		dismissed, at := v.Dismissals(agent)
		p.Agents[agent] = []any{known.Seen, known.Groups, since, dismissed, known.Dismissed, at, v.Capacity(agent), v.Present(agent)}
	}
	for _, scope := range v.ClockScopes() {
		id, clock, ok := v.Earliest(scope.Kind, scope.Scope)
		p.Clocks[scope] = fmt.Sprint(id, clock, ok)
	}
	for _, customer := range customers {
		if record := v.Customer("c", customer); record != nil {
			p.Customers[customer] = record.Online
		}
	}
	return p
}

// scan finds the same by reading every key there is.
func scan(stored map[string]store.KV) seen {
	p := empty()
	first := map[view.ClockScope]request.Clock{}
	firstOf, firstN := map[view.ClockScope]string{}, map[view.ClockScope]int{}
	clocks := func(d *request.Document) {
		for n, c := range d.Clocks() {
			scope := view.ClockScope{Kind: c.Kind, Scope: c.Scope}
			other, found := first[scope]
			if !found || cmp.Or(c.Start.Compare(other.Start), cmp.Compare(d.ID, firstOf[scope]), cmp.Compare(n, firstN[scope])) < 0 {
				first[scope], firstOf[scope], firstN[scope] = c, d.ID, n
			}
			p.Clocks[scope] = fmt.Sprint(firstOf[scope], first[scope], true)
		}
	}
	for _, list := range lists {
		p.Lists[list], p.Counts[list], p.Longest[list] = nil, map[request.State]int{}, [2]time.Time{}
		for _, agent := range agents {
			p.Offering[agent+" "+list] = nil
		}
		if kv, ok := stored[keyspace.Draining(list)]; ok {
			p.Draining[list] = decoded[keyspace.DrainingRecord](kv).Since
		}
	}
	for _, agent := range agents {
		p.Joined[agent] = nil
		since := map[string]int64{}
		for _, list := range lists {
			if kv, ok := stored[keyspace.Subscription(agent, list)]; ok {
				since[list] = cmp.Or(decoded[keyspace.SubscriptionRecord](kv).Since, kv.Revision)
			}
		}
		dismissed := decoded[keyspace.DismissalRecord](stored[keyspace.Dismissal(agent)])
		_, a := stored[keyspace.Presence(agent, "a")]
		_, b := stored[keyspace.Presence(agent, "b")]
		if a || b {
			p.Present = append(p.Present, agent)
		}
		p.Agents[agent] = []any{
			stored[keyspace.Agent(agent)].Revision, decoded[keyspace.AgentRecord](stored[keyspace.Agent(agent)]).Groups, since,
			dismissed, dismissed, stored[keyspace.Dismissal(agent)].Revision, stored[keyspace.Capacity(agent)].Revision, a || b,
		}
	}
	keys := slices.Sorted(maps.Keys(stored))
	for _, key := range keys {
		if kv := stored[key]; strings.HasPrefix(key, keyspace.Slots) {
			d := decoded[*request.Document](kv)
			p.Entries[d.ID] = [2]int64{kv.Revision, stored[keyspace.Alert(d.ID)].Revision}
			p.Lists[d.List] = append(p.Lists[d.List], d.ID) // ids are in order of customers
			p.Counts[d.List][d.State]++
			longest := p.Longest[d.List]
			if d.State == request.Unread && longest[0].IsZero() { // the first by its id
				longest[0] = d.OpenedAt
			}
			if d.WaitingSince != nil && (longest[1].IsZero() || d.WaitingSince.Before(longest[1])) {
				longest[1] = *d.WaitingSince
			}
			p.Longest[d.List] = longest
			for _, m := range d.Members {
				p.Joined[m.Agent] = append(p.Joined[m.Agent], d.ID)
				p.Members = append(p.Members, m.Agent)
			}
			for _, agent := range agents {
				for _, list := range lists {
					if slices.ContainsFunc(d.Offers, func(o request.Offer) bool { return o.From == agent || o.Agent == agent || o.List == list }) {
						p.Offering[agent+" "+list] = append(p.Offering[agent+" "+list], d.ID)
					}
				}
			}
			clocks(d)
		}
	}
	for _, key := range keys { // of two clocks that are alike the open request's is first
		if strings.HasPrefix(key, keyspace.ClosedDocs) {
			clocks(decoded[*request.Document](stored[key]))
		}
	}
	for _, customer := range customers {
		if kv, ok := stored[keyspace.Customer("c", customer)]; ok {
			p.Customers[customer] = decoded[keyspace.CustomerRecord](kv).Online
		}
	}
	slices.Sort(p.Members)
	p.Members = slices.Compact(p.Members)
	return p
}

func empty() seen {
	return seen{
		Entries: map[string][2]int64{}, Lists: map[string][]string{}, Counts: map[string]map[request.State]int{}, Joined: map[string][]string{},
		Longest: map[string][2]time.Time{}, Offering: map[string][]string{}, Clocks: map[view.ClockScope]string{}, Customers: map[string]bool{},
		Draining: map[string]time.Time{}, Agents: map[string]any{},
	}
}

func decoded[T any](kv store.KV) (value T) {
	if kv.Value != nil {
		if err := json.Unmarshal(kv.Value, &value); err != nil {
			panic(err)
		}
	}
	return value
}

func ids(docs []*request.Document) []string {
	var ids []string
	for _, d := range docs {
		ids = append(ids, d.ID)
	}
	return ids
}
