package inbox_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// wantAlerts says whose alerts stand, and that rows say the same.
func wantAlerts(t *testing.T, l *lab.Lab, when string, agent inbox.Agent, want ...string) {
	t.Helper()
	box := inbox.Of(l.View, agent)
	got := box.Alerts(l.Clock.Now())
	if diff := cmp.Diff(append([]string{}, want...), rows(got)); diff != "" {
		t.Errorf("%s, the alerts of %s (-want +got):\n%s", when, agent.Name, diff)
	}
	standing := map[string]*protocol.Alert{}
	for _, r := range got {
		standing[r.ID] = r.Alert
	}
	shown := map[string]*protocol.Alert{}
	for _, r := range page(t, l, agent, inbox.Query{}).Requests {
		if r.Alert != nil {
			shown[r.ID] = r.Alert
		}
	}
	if diff := cmp.Diff(standing, shown); diff != "" {
		t.Errorf("%s, the rows of %s (-alerts +rows):\n%s", when, agent.Name, diff)
	}
}

// N1, N4: an alert is of who was subscribed when it was raised, and every generation
// is an alert of its own.
func TestN1AlertsOfWhoWasSubscribedBefore(t *testing.T) {
	l := lab.Start(t)
	program(l, realert)
	must(t, l.Do.See(ctx, lab.Alice))
	id := l.Message("john", "m1").Request
	must(t, l.Do.Subscribe(ctx, lab.Carol, "l1"))
	wantAlerts(t, l, "opened", lab.Alice, id)
	wantAlerts(t, l, "subscribed later", lab.Carol)
	wantAlerts(t, l, "without access", lab.Dave)
	l.Clock.Move(time.Minute)
	l.Message("john", "m2")
	wantAlerts(t, l, "raised again", lab.Carol, id)
	alert := inbox.Of(l.View, lab.Carol).Alert(document(t, l, id))
	if diff := cmp.Diff(&protocol.Alert{Generation: 2, RaisedAt: l.Clock.Now()}, alert); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// N1: who has a list again has it from then on.
func TestN1RegainedListsBeginAnew(t *testing.T) {
	l := desk(t)
	before := l.Message("john", "m1").Request
	program(l, without)
	wantAlerts(t, l, "access gone", lab.Alice)
	program(l)
	after := l.Message("mary", "m2").Request
	wantAlerts(t, l, "access again", lab.Alice, after)
	wantAlerts(t, l, "kept all along", lab.Carol, before, after)
}

// N2: subscribing again changes nothing of what there is.
func TestN2RepeatKeepsAlerts(t *testing.T) {
	l := desk(t)
	id := l.Message("john", "m1").Request
	must(t, l.Do.Subscribe(ctx, lab.Alice, "l1"))
	if repeats := l.View.Agent("alice").Subscriptions["l1"].Repeats; repeats != 1 {
		t.Fatalf("she has repeated it %d times", repeats)
	}
	wantAlerts(t, l, "subscribed again", lab.Alice, id)
}

// N3: without the subscription there is no alert, and a new one begins anew.
func TestN3UnsubscribedHaveNoAlerts(t *testing.T) {
	l := desk(t)
	l.Message("john", "m1")
	must(t, l.Do.Unsubscribe(ctx, lab.Alice, "l1"))
	wantAlerts(t, l, "unsubscribed", lab.Alice)
	must(t, l.Do.Subscribe(ctx, lab.Alice, "l1"))
	wantAlerts(t, l, "subscribed", lab.Alice)
}

// N4: a request that has an alert again shows the alert in the place where it was
// raised; an older document does not show the new one's.
func TestN4OlderDocumentsShowNoNewerAlert(t *testing.T) {
	l := desk(t, realert)
	id := l.Message("john", "m1").Request
	older := document(t, l, id)
	l.Clock.Move(time.Minute)
	l.Message("john", "m2")
	if alert := inbox.Of(l.View, lab.Alice).Alert(older); alert != nil {
		t.Errorf("it shows %+v", alert)
	}
}

// N5: what is dismissed is so for this agent and generation, and nothing else of the
// request is different.
func TestN5Dismissed(t *testing.T) {
	l := desk(t, realert)
	one, two := l.Message("john", "m1").Request, l.Message("mary", "m2").Request
	must(t, l.Do.Dismiss(ctx, lab.Alice, one))
	wantAlerts(t, l, "one dismissed", lab.Alice, two)
	wantAlerts(t, l, "another agent", lab.Bob, one, two)
	if diff := cmp.Diff([]string{one, two}, ids(page(t, l, lab.Alice, inbox.Query{}))); diff != "" {
		t.Error(diff)
	}
	must(t, l.Do.DismissAll(ctx, lab.Alice))
	wantAlerts(t, l, "all dismissed", lab.Alice)
	three := l.Message("bill", "m3").Request
	wantAlerts(t, l, "a later one", lab.Alice, three)
	l.Clock.Move(time.Minute)
	l.Message("john", "m4")
	wantAlerts(t, l, "raised again", lab.Alice, three, one)
}

// N6: it is over with the agent's own join, also when they leave, and with the
// close. In a Collaboration list another's join ends nothing.
func TestN6OverByJoinAndClose(t *testing.T) {
	l := desk(t)
	id := l.Message("john", "m1").Request
	did(t)(l.Do.Join(ctx, lab.Alice, id, ""))
	wantAlerts(t, l, "her own join", lab.Alice)
	wantAlerts(t, l, "her join", lab.Bob, id)
	did(t)(l.Do.Leave(ctx, lab.Alice, id, ""))
	wantAlerts(t, l, "her own leave", lab.Alice)
	wantAlerts(t, l, "her leave", lab.Bob, id)
	did(t)(l.Do.Close(ctx, lab.Carol, id, ""))
	wantAlerts(t, l, "the close", lab.Bob)
}

// N6: whoever grabs a request takes everybody's alert.
func TestN6OverByGrab(t *testing.T) {
	l := desk(t, grab)
	id := l.Message("john", "m1").Request
	wantAlerts(t, l, "opened", lab.Bob, id)
	did(t)(l.Do.Join(ctx, lab.Alice, id, ""))
	wantAlerts(t, l, "grabbed by her", lab.Alice)
	wantAlerts(t, l, "grabbed by another", lab.Bob)
}

// N11: Admins of a Grab list have none, by the policy that is or was in force.
func TestN11AdminsOfGrabLists(t *testing.T) {
	l := desk(t, grab)
	first := l.Message("john", "m1").Request
	wantAlerts(t, l, "an Admin", lab.Carol)
	wantAlerts(t, l, "a Representative", lab.Alice, first)
	program(l)
	second := l.Message("mary", "m2").Request
	wantAlerts(t, l, "in a Collaboration list", lab.Carol, second)
	program(l, grab)
	wantAlerts(t, l, "a Grab list again", lab.Carol)
}

// L5, N6: an alert that a grab has withdrawn does not come back when the list is
// opened to all.
func TestL5WithdrawnStaysWithdrawn(t *testing.T) {
	l := desk(t, grab, realert)
	id := l.Message("john", "m1").Request
	did(t)(l.Do.Join(ctx, lab.Alice, id, ""))
	program(l, realert)
	l.Message("john", "m2")
	wantAlerts(t, l, "open to all", lab.Bob)
	program(l, grab)
	wantAlerts(t, l, "her own again", lab.Bob)
	if inbox.Of(l.View, lab.Bob).Listed(document(t, l, id)) {
		t.Error("bob sees it")
	}
}

// Alerts are in the order in which they were raised, over all lists.
func TestAlertsAreInTheOrderOfRaising(t *testing.T) {
	l := lab.Start(t)
	program(l, realert, func(s *snapshot.Snapshot) {
		s.Subscriptions[0].Lists = []string{"l1", "l2"}
		s.Channels[3].List = "l2"
	})
	must(t, l.Do.See(ctx, lab.Alice))
	first := l.Message("john", "m1").Request
	second, err := l.Do.Receive(ctx, "web", protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "mary"}, Text: "hello"})
	must(t, err)
	wantAlerts(t, l, "opened", lab.Alice, first, second.Request)
	l.Clock.Move(time.Minute)
	l.Message("john", "m2")
	wantAlerts(t, l, "raised again", lab.Alice, second.Request, first)
}
