package feed

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

type commands = []request.Command

var (
	m     = message("m")
	alice = by("alice", request.Join)
	bob   = by("bob", request.Join)
	agent = func(name string) request.Target { return request.Target{Agent: name} }
	list  = func(name string) request.Target { return request.Target{List: name} }
)

// What the last of some commands means on a Collaboration list, to whom.
func TestDerive(t *testing.T) {
	realerts := collaboration()
	realerts.RealertPolicy = snapshot.RealertOnCustomerMessage
	said := by("alice", request.Say)
	failed := system(request.DeliveryFailed)
	failed.Number = 2
	wrapped := by("alice", request.WrapUp)
	wrapped.Reasons = []string{"sales"}
	for name, tc := range map[string]struct {
		list     *snapshot.List
		commands commands
		want     []string
	}{
		"T01 received":                           {nil, commands{m}, []string{"received UNREAD from none, alert 1: l1"}},
		"T03 silent":                             {nil, commands{m, m}, nil},
		"T03 raised again":                       {realerts, commands{m, m}, []string{"received UNREAD from UNREAD, alert 2: l1"}},
		"T04 to the members alone":               {nil, commands{m, alice, bob, m}, []string{"message 2 by message: alice,bob"}},
		"T04 not raised while somebody is there": {realerts, commands{m, alice, m}, []string{"message 2 by message: alice"}},
		"T05 silent":                             {nil, commands{m, alice, by("alice", request.Leave), m}, nil},
		"T05 raised again":                       {realerts, commands{m, alice, by("alice", request.Leave), m}, []string{"received INACTIVE from INACTIVE, alert 2: l1"}},
		"T06 a new incarnation":                  {nil, commands{m, customer(request.EndSession), m}, []string{"received UNREAD from none, alert 1: l1"}},
		"T07 first join":                         {nil, commands{m, alice}, []string{"stateChanged ACTIVE from UNREAD: l1 and alice"}},
		"T08 a further join":                     {nil, commands{m, alice, bob}, []string{"membersChanged ACTIVE from ACTIVE: l1 and alice,bob"}},
		"T11 join again":                         {nil, commands{m, alice, by("alice", request.Leave), bob}, []string{"stateChanged ACTIVE from INACTIVE: l1 and bob"}},
		"T14 others remain, told once":           {nil, commands{m, alice, bob, by("alice", request.Leave)}, []string{"stateChanged ACTIVE from ACTIVE: l1 and bob,alice"}},
		"T15 the last one":                       {nil, commands{m, alice, by("alice", request.Leave)}, []string{"stateChanged INACTIVE from ACTIVE: l1 and alice"}},
		"T18 closed, who was in is told":         {nil, commands{m, alice, bob, by("alice", request.Close)}, []string{"stateChanged CLOSED from ACTIVE: l1 and alice,bob"}},
		"T21 ended by the customer":              {nil, commands{m, alice, customer(request.EndSession)}, []string{"stateChanged CLOSED from ACTIVE: l1 and alice"}},
		"T22 expired":                            {nil, commands{m, system(request.Expire)}, []string{"stateChanged CLOSED from UNREAD: l1"}},
		"T24 all are released":                   {nil, commands{m, alice, bob, system(request.ResponseTimeout)}, []string{"stateChanged INACTIVE from ACTIVE: l1 and alice,bob"}},
		"T26 released":                           {nil, commands{m, alice, to(system(request.Disconnect), agent("alice"))}, []string{"stateChanged INACTIVE from ACTIVE: l1 and alice"}},
		"section 4 removed":                      {nil, commands{m, alice, bob, to(carol(request.Remove), agent("alice"))}, []string{"stateChanged ACTIVE from ACTIVE: l1 and bob,alice"}},
		"T28 on both lists": {nil, commands{m, alice, to(by("alice", request.Transfer), list("l2"))}, []string{
			"stateChanged CLOSED from ACTIVE: l1 and alice", "received UNREAD from none, alert 1: l2",
		}},
		"T32 a member's message":             {nil, commands{m, alice, said}, []string{"message 2 by agentMessage: alice"}},
		"a message that failed":              {nil, commands{m, alice, said, failed}, []string{"message 2 by deliveryFailed failed: alice"}},
		"a message that failed, nobody left": {nil, commands{m, alice, said, by("alice", request.Leave), failed}, nil},
		"T33 while ACTIVE":                   {nil, commands{m, alice, wrapped}, nil},
		"T33 after the leave, by the timer":  {nil, commands{m, alice, by("alice", request.Leave), to(system(request.WrapUpTimeout), agent("alice"))}, nil},
		"T33 after the close":                {nil, commands{m, alice, by("alice", request.Close), to(system(request.WrapUpTimeout), agent("alice"))}, nil},
		"T33 after the transfer":             {nil, commands{m, alice, to(by("alice", request.Transfer), list("l2")), to(system(request.WrapUpTimeout), agent("alice"))}, nil},
		"who left before is not told of more": {nil, commands{m, alice, by("alice", request.Leave), bob, by("bob", request.Leave)}, []string{
			"stateChanged INACTIVE from ACTIVE: l1 and bob",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.list == nil {
				tc.list = collaboration()
			}
			batches := history(t, tc.list, tc.commands...)
			if diff := cmp.Diff(tc.want, tell(t, batches[len(batches)-1])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What a Grab list's changes mean: to its Representatives, and to its Admins.
func TestDeriveOfAGrabList(t *testing.T) {
	leave := by("alice", request.Leave)
	invite := to(by("alice", request.Invite), agent("bob"))
	for name, tc := range map[string]struct {
		commands commands
		want     []string
	}{
		"N11 Admins are not alerted": {commands{m}, []string{
			"received UNREAD from none, alert 1: l1 Representative", "received UNREAD from none: l1 Admin",
		}},
		"N12 a grab": {commands{m, alice}, []string{
			"stateChanged ACTIVE from UNREAD: l1 Admin and alice", "removed for alice: l1 Representative but alice",
		}},
		"N12 a grab beside an Admin": {commands{m, carol(request.Join), alice}, []string{
			"membersChanged ACTIVE from ACTIVE: l1 Admin and carol,alice", "removed for alice: l1 Representative but carol,alice",
		}},
		"T10 an Admin alone keeps nobody away":       {commands{m, carol(request.Join)}, []string{"stateChanged ACTIVE from UNREAD: l1 and carol"}},
		"T10 an Admin joins what is grabbed":         {commands{m, alice, carol(request.Join)}, []string{"membersChanged ACTIVE from ACTIVE: l1 Admin and alice,carol"}},
		"T14 the Admin leaves what is grabbed":       {commands{m, alice, carol(request.Join), carol(request.Leave)}, []string{"stateChanged ACTIVE from ACTIVE: l1 Admin and alice,carol"}},
		"N12 the owner leaves, the row is back":      {commands{m, alice, leave}, []string{"stateChanged INACTIVE from ACTIVE: l1 and alice"}},
		"N12 the owner leaves an Admin":              {commands{m, alice, carol(request.Join), leave}, []string{"stateChanged ACTIVE from ACTIVE: l1 and carol,alice"}},
		"N12 the owner is removed":                   {commands{m, alice, to(carol(request.Remove), agent("alice"))}, []string{"stateChanged INACTIVE from ACTIVE: l1 and alice"}},
		"N12 grabbed again":                          {commands{m, alice, leave, bob}, []string{"stateChanged ACTIVE from INACTIVE: l1 Admin and bob", "removed for bob: l1 Representative but bob"}},
		"T18 closed by the owner, no news to others": {commands{m, alice, by("alice", request.Close)}, []string{"stateChanged CLOSED from ACTIVE: l1 Admin and alice"}},
		"T18 closed while it is free":                {commands{m, alice, leave, carol(request.Close)}, []string{"stateChanged CLOSED from INACTIVE: l1"}},
		"T28 of what is grabbed": {commands{m, alice, to(by("alice", request.Transfer), request.Target{List: "l2", Grab: true})}, []string{
			"stateChanged CLOSED from ACTIVE: l1 Admin and alice", "received UNREAD from none, alert 1: l2 Representative", "received UNREAD from none: l2 Admin",
		}},
		"T29 the place passes on": {commands{m, alice, to(by("alice", request.TransferTo), agent("bob")), of(by("bob", request.Accept), "r1-1")}, []string{
			"membersChanged ACTIVE from ACTIVE: l1 Admin and bob,alice", "offer accepted: alice,bob",
		}},
		"T31 invited past the owner": {commands{m, alice, invite, of(by("bob", request.Accept), "r1-1")}, []string{
			"membersChanged ACTIVE from ACTIVE: l1 Admin and alice,bob", "offer accepted: alice,bob",
		}},
		"T04 to owner and invited": {commands{m, alice, invite, of(by("bob", request.Accept), "r1-1"), m}, []string{"message 2 by message: alice,bob"}},
	} {
		t.Run(name, func(t *testing.T) {
			batches := history(t, grab(), tc.commands...)
			if diff := cmp.Diff(tc.want, tell(t, batches[len(batches)-1])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Offers are private, and never news of the list (T29 to T31).
func TestDeriveOfOffers(t *testing.T) {
	transfer, invite := to(by("alice", request.TransferTo), agent("bob")), to(by("alice", request.Invite), list("l2"))
	for name, tc := range map[string]struct {
		commands commands
		want     []string
	}{
		"T29 made":                           {commands{m, alice, transfer}, []string{"offer made: alice,bob"}},
		"T30 declined":                       {commands{m, alice, transfer, of(by("bob", request.Decline), "r1-1")}, []string{"offer declined: alice,bob"}},
		"T30 withdrawn":                      {commands{m, alice, transfer, of(by("alice", request.Withdraw), "r1-1")}, []string{"offer withdrawn: alice,bob"}},
		"T30 lapsed":                         {commands{m, alice, transfer, m, of(system(request.Lapse), "r1-1")}, []string{"offer expired: alice,bob"}},
		"T31 made to a list":                 {commands{m, alice, invite}, []string{"offer made: l2 and alice"}},
		"T31 one of the list does not want":  {commands{m, alice, invite, of(by("dave", request.Decline), "r1-1")}, []string{"offer made: alice,dave"}},
		"T31 one of the list has it":         {commands{m, alice, invite, of(by("bob", request.Accept), "r1-1")}, []string{"membersChanged ACTIVE from ACTIVE: l1 and alice,bob", "offer accepted: l2 and alice,bob"}},
		"T31 who did not want hears no more": {commands{m, alice, invite, of(by("dave", request.Decline), "r1-1"), of(by("alice", request.Withdraw), "r1-1")}, []string{"offer withdrawn: l2 but dave and alice"}},
		"a leave ends the leaver's": {commands{m, alice, bob, transfer, by("alice", request.Leave)}, []string{
			"stateChanged ACTIVE from ACTIVE: l1 and bob,alice", "offer withdrawn: alice,bob",
		}},
		"a close ends all": {commands{m, alice, transfer, invite, customer(request.EndSession)}, []string{
			"stateChanged CLOSED from ACTIVE: l1 and alice", "offer withdrawn: alice,bob", "offer withdrawn: l2 and alice",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			batches := history(t, collaboration(), tc.commands...)
			if diff := cmp.Diff(tc.want, tell(t, batches[len(batches)-1])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// N13: every event says which request, customer, list and state it is about, and
// when; and what brought it about, by whom.
func TestEventsSayWhatTheyAreAbout(t *testing.T) {
	invite := to(by("alice", request.Invite), agent("bob"))
	for _, batch := range history(t, grab(), m, alice, m, invite, of(by("bob", request.Accept), "r1-1"), by("alice", request.Leave), by("bob", request.Close)) {
		items, err := Derive(batch)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			var e protocol.Event
			if err := json.Unmarshal(item.Data, &e); err != nil {
				t.Fatal(err)
			}
			row := e.Request
			if e.Offer != nil {
				row = e.Offer.Request
			}
			if e.RequestID != "r1" || e.List != "l1" || e.Version != batch.Revision || e.Cause == "" || e.Actor.Name == "" ||
				!e.At.Equal(began.Add(time.Duration(batch.Revision-1)*time.Minute)) {
				t.Errorf("%s: %+v", item.Type, e)
			}
			if hidden := item.Type == protocol.EventRemoved || item.Type == protocol.EventMessage; hidden != (row == nil) {
				t.Errorf("%s shows %+v", item.Type, row)
			} else if !hidden && (row.ID != "r1" || row.Customer.ID != "john" || row.State == "") {
				t.Errorf("%s shows %+v", item.Type, row)
			}
		}
	}
}

// N6: who has lost a grab is told who has the request, and since when.
func TestLosersAreToldWhoHasIt(t *testing.T) {
	items, err := Derive(history(t, grab(), m, alice)[1])
	if err != nil || len(items) != 2 {
		t.Fatalf("%v, %d items", err, len(items))
	}
	var e protocol.Event
	if err := json.Unmarshal(items[1].Data, &e); err != nil {
		t.Fatal(err)
	}
	if e.Type != protocol.EventRemoved || e.GrabbedBy != "alice" || e.GrabbedAt == nil || !e.GrabbedAt.Equal(began.Add(time.Minute)) {
		t.Errorf("%+v", e)
	}
	if bytes.Contains(items[1].Data, []byte("John")) {
		t.Errorf("N12: it shows the customer: %s", items[1].Data)
	}
}

// N5: what an agent dismisses is told to the agent alone, on all devices.
func TestDeriveOfDismissals(t *testing.T) {
	for name, tc := range map[string]struct {
		record keyspace.DismissalRecord
		want   protocol.AlertWithdrawn
	}{
		"one": {keyspace.DismissalRecord{Some: map[string]int64{"r1": 1}, Last: "r1"}, protocol.AlertWithdrawn{Type: protocol.EventAlertWithdrawn, Request: "r1"}},
		"all": {keyspace.DismissalRecord{Until: 7}, protocol.AlertWithdrawn{Type: protocol.EventAlertWithdrawn, All: true}},
	} {
		t.Run(name, func(t *testing.T) {
			batch := store.Batch{Revision: 8, Events: []store.Event{{Key: keyspace.Dismissal("alice"), Value: encoded(t, tc.record), Revision: 8}}}
			items, err := Derive(batch)
			if err != nil || len(items) != 1 {
				t.Fatalf("%v, %d items", err, len(items))
			}
			var got protocol.AlertWithdrawn
			if err := json.Unmarshal(items[0].Data, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got) + cmp.Diff(Audience{Agents: []string{"alice"}}, items[0].Audience); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whether a customer is there is for the members of their request alone.
func TestDeriveOfCustomers(t *testing.T) {
	record := keyspace.CustomerRecord{Online: true, Location: "Berlin", At: began, Request: "r1", Members: []string{"alice", "bob"}}
	batch := func(r keyspace.CustomerRecord) store.Batch {
		return store.Batch{Revision: 3, Events: []store.Event{{Key: keyspace.Customer("c2", "john"), Value: encoded(t, r), Revision: 3}}}
	}
	if diff := cmp.Diff([]string{"customer.presence: alice,bob"}, tell(t, batch(record))); diff != "" {
		t.Error(diff)
	}
	items, _ := Derive(batch(record))
	var e protocol.Event
	if err := json.Unmarshal(items[0].Data, &e); err != nil {
		t.Fatal(err)
	}
	want := &protocol.Presence{Online: true, Location: "Berlin", At: began}
	if diff := cmp.Diff(want, e.Presence); diff != "" || e.RequestID != "r1" || e.Actor.Name != "john" {
		t.Errorf("%+v: %s", e, diff)
	}
	record.Request, record.Members = "", nil
	if told := tell(t, batch(record)); told != nil {
		t.Errorf("of a customer with nobody: %v", told)
	}
}

// A revision of many requests gives each one's events, and a message goes to the
// members of its own.
func TestDeriveOfAGroup(t *testing.T) {
	one := history(t, collaboration(), m, alice, m)[2]
	other := history(t, collaboration(), m)[0]
	for i := range other.Events { // another request in the same revision
		other.Events[i].Revision = one.Revision
		other.Events[i].Value = bytes.Replace(other.Events[i].Value, []byte(`"id":"r1"`), []byte(`"id":"r2"`), 1)
	}
	other.Events[1].Key = keyspace.Message("r2", 1)
	got := tell(t, store.Batch{Revision: one.Revision, Events: slices.Concat(other.Events, one.Events)})
	if diff := cmp.Diff([]string{"received UNREAD from none, alert 1: l1", "message 2 by message: alice"}, got); diff != "" {
		t.Error(diff)
	}
}

// One event that is told to two audiences counts once.
func TestTwins(t *testing.T) {
	for i, want := range [][]bool{{false, true}, {false, false}} {
		items, err := Derive(history(t, grab(), m, alice)[i])
		var got []bool
		for _, item := range items {
			got = append(got, item.Twin)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("revision %d: %v %s", i+1, err, diff)
		}
	}
}

func TestDeriveNamesWhatCannotBeRead(t *testing.T) {
	for _, key := range []string{keyspace.Slot("c", "j"), keyspace.Closed("r1"), keyspace.Dismissal("alice"), keyspace.Customer("c", "j")} {
		if _, err := Derive(store.Batch{Revision: 1, Events: []store.Event{{Key: key, Value: []byte("{"), Revision: 1}}}); err == nil {
			t.Errorf("a broken %s went through", key)
		}
	}
}
