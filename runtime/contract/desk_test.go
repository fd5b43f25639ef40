package contract_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/snapshot"
)

func message(who string) protocol.PostMessage {
	return protocol.PostMessage{
		ID: who + time.Now().Format(time.RFC3339Nano), Customer: protocol.Customer{ID: who, Name: "John Williams"}, Text: "Do you deliver on Sundays?",
	}
}

type topic struct {
	ConversationID, TaskID string
	TopicData              struct {
		Customer     struct{ FirstName string }
		TopicEvents  []cim
		Participants []struct{ Type string }
	}
}

type cim struct {
	ID, Name string
	Data     struct {
		ID               string
		Header           struct{ Sender struct{ ID, Type string } }
		Body             struct{ Type, MarkdownText, Status, MessageID string }
		AgentParticipant struct {
			Participant struct{ KeycloakUser struct{ ID string } }
		}
	}
}

// happened waits for the nth onCimEvent and reads the event inside.
func happened(d *desk, nth int) (e cim) {
	d.t.Helper()
	packet := wait[struct{ CimEvent, ConversationID string }](d, "onCimEvent", nth)
	if err := json.Unmarshal([]byte(packet.CimEvent), &e); err != nil {
		d.t.Fatal(err)
	}
	return e
}

func TestARequestFromItsArrivalToItsEnd(t *testing.T) {
	s := site.Start(t)
	alice, bob := as(s, "alice").in(), as(s, "bob").in()
	if got := wait[[]struct{ ID, Name string }](alice, "onPullModeSubscribedList", 1); len(got) != 1 || got[0].ID != "l1" {
		t.Errorf("subscribed to %+v", got)
	}
	if got := alice.array("pullModeSubscribedListRequests", 1); len(got) != 0 {
		t.Errorf("open at first: %v", got)
	}

	id := customer(s, "web", "john")
	alice.saw("RECEIVED", "CREATED", id)
	bob.saw("RECEIVED", "CREATED", id)
	want := row{Type: "RECEIVED", ID: id, Status: "CREATED", ListID: "l1", Topic: "l1", Customer: "John Williams"}
	if d := cmp.Diff(want, alice.rows()[0]); d != "" {
		t.Errorf("received (-want +got):\n%s", d)
	}

	alice.must("joinPullModeRequest", map[string]any{"agentId": "alice", "requestId": id})
	bob.saw("STATE_CHANGED", "ACTIVE", id)
	opened := wait[topic](alice, "onTopicData", 1)
	if opened.ConversationID != id || len(opened.TopicData.TopicEvents) != 1 || opened.TopicData.TopicEvents[0].Data.Header.Sender.Type != "CONNECTOR" {
		t.Errorf("T07: %+v", opened)
	}

	bob.must("joinPullModeRequest", map[string]any{"conversationId": id, "agentId": "bob", "taskId": id}) // as of 4.3
	wait[topic](bob, "onTopicData", 1)
	if e := happened(alice, 1); e.Name != "AGENT_SUBSCRIBED" || e.Data.AgentParticipant.Participant.KeycloakUser.ID != "bob" {
		t.Errorf("T08: %+v", e)
	}
	if customer(s, "web", "john") != id {
		t.Error("another request")
	}
	if e := happened(alice, 2); e.Name != "CUSTOMER_MESSAGE" || e.Data.Body.MarkdownText != "Do you deliver on Sundays?" {
		t.Errorf("T04: %+v", e)
	}

	bob.must("topicUnsubscription", map[string]any{"conversationId": id, "agentId": "bob", "roomInfo": map[string]any{"id": id, "mode": "CONTACT_CENTER"}})
	if left := wait[struct{ Reason, ConversationID string }](bob, "topicUnsubscription", 1); left.Reason != "UNSUBSCRIBED" || left.ConversationID != id {
		t.Errorf("T14: %+v", left)
	}
	if e := happened(alice, 3); e.Name != "AGENT_UNSUBSCRIBED" {
		t.Errorf("T14: %+v", e)
	}

	alice.must("deletePullModeRequest", id)
	alice.saw("STATE_CHANGED", "CLOSING", id)
	bob.saw("STATE_CHANGED", "CLOSING", id)
	if closed := wait[struct {
		Task, ConversationID string
		StatusCode           int
	}](alice, "topicClosed", 1); closed.Task != "topicClosed" || closed.ConversationID != id || closed.StatusCode != 200 {
		t.Errorf("T18: %+v", closed)
	}
	if over := wait[struct{ Reason string }](alice, "topicUnsubscription", 1); over.Reason != "AGENT" {
		t.Errorf("T18: %+v", over)
	}
	if n := len(bob.all("topicClosed")); n != 0 {
		t.Errorf("bob, who had left, was told of the end: %d", n)
	}
	if n := alice.count("RECEIVED", "CREATED", id); n != 1 {
		t.Errorf("N4: alice's desk was told to ring %d times", n)
	}
}

// Who lost a grab is told CLOSING, and when the request comes back it comes without a
// sound; an Admin never has an alert (N6, N11, N12).
func TestGrab(t *testing.T) {
	s := site.Start(t)
	erin, frank, gina := as(s, "erin").in(), as(s, "frank").in(), as(s, "gina", "leads").in()
	gina.must("subscribePullModeList", map[string]any{"agentId": "gina", "listId": grab.list})
	gina.array("addPullModeSubscribedListRequests", 1)
	id := customer(s, grab.channel, "john")
	frank.saw("RECEIVED", "CREATED", id)
	if got := gina.array("addPullModeSubscribedListRequests", 2); !cmp.Equal(got, []string{id}) {
		t.Errorf("N11: %v", got)
	}

	erin.must("joinPullModeRequest", map[string]any{"requestId": id})
	frank.saw("STATE_CHANGED", "CLOSING", id)
	gina.saw("STATE_CHANGED", "ACTIVE", id)
	answer := frank.ask("joinPullModeRequest", map[string]any{"requestId": id})
	if answer["status"] != "error" || answer["type"] != "grabbed" {
		t.Errorf("T09: %v", answer)
	}
	if e := wait[struct{ Task, Msg, Type, ConversationID string }](frank, "errors", 1); e.Task != "joinPullModeRequest" || e.Type != "grabbed" || e.ConversationID != id || e.Msg == "" {
		t.Errorf("T09: %+v", e)
	}

	erin.must("topicUnsubscription", map[string]any{"conversationId": id})
	if got := frank.array("addPullModeSubscribedListRequests", 1); !cmp.Equal(got, []string{id}) {
		t.Errorf("N12: %v came back", got)
	}
	erin.saw("STATE_CHANGED", "INACTIVE", id)
	gina.saw("STATE_CHANGED", "INACTIVE", id)
	if n := frank.count("RECEIVED", "CREATED", id); n != 1 {
		t.Errorf("frank's desk was told to ring %d times", n)
	}
	for _, r := range gina.rows() {
		if r.Type == "RECEIVED" {
			t.Errorf("N11: gina's desk was told to ring: %+v", r)
		}
	}
}

// Alerts that the agent has had do not ring again when they connect anew, those that
// came while they were away do, once: also on another replica's memory, after a
// restart.
func TestAlertsOverAReconnect(t *testing.T) {
	s := site.Start(t)
	alice := as(s, "alice").in()
	had := customer(s, "web", "john")
	alice.saw("RECEIVED", "CREATED", had)
	alice.proves()
	alice.hangUp()

	missed := customer(s, "web", "jane")
	alice = as(s, "alice").in()
	alice.saw("RECEIVED", "CREATED", missed)
	if got := alice.array("pullModeSubscribedListRequests", 1); !cmp.Equal(got, []string{had}) {
		t.Errorf("%v are silent, want %s: a desk does not ring for what is in the array", got, had)
	}
	// What comes later is told behind the snapshot's alerts, and there was one of them.
	later := customer(s, "web", "jim")
	alice.saw("RECEIVED", "CREATED", later)
	if d := cmp.Diff([]string{missed, later}, received(alice)); d != "" {
		t.Errorf("rang for (-want +got):\n%s", d)
	}

	alice.proves()
	s.Stop()
	s.Run()
	s.Eventually(func() bool { return s.Replica.Ready() == nil })
	offline := customer(s, "web", "joe")
	alice = as(s, "alice").in()
	alice.saw("RECEIVED", "CREATED", offline)
	if d := cmp.Diff([]string{offline}, received(alice)); d != "" {
		t.Errorf("after a restart it rang for (-want +got):\n%s", d)
	}
}

// received are the requests that a desk was told to ring for.
func received(d *desk) (ids []string) {
	for _, r := range d.rows() {
		if r.Type == "RECEIVED" {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func TestSubscriptions(t *testing.T) {
	s := site.Start(t)
	id := customer(s, "web", "john")
	carol := as(s, "carol", "supervisors").in()
	payload := map[string]any{
		"agentId": "carol", "listId": "l1", "list": map[string]any{"id": "l1", "name": "List l1", "description": ""},
		"topicParticipant": map[string]any{
			"topicId": "l1", "role": "PRIMARY", "state": "SUBSCRIBED", "participant": map[string]any{"id": "carol", "keycloakUser": map[string]any{"id": "carol"}},
		},
	}
	carol.must("subscribePullModeList", payload)
	if got := wait[[]struct{ ID string }](carol, "onPullModeSubscribedList", 2); len(got) != 1 || got[0].ID != "l1" {
		t.Errorf("N2: %+v", got)
	}
	if got := carol.array("addPullModeSubscribedListRequests", 1); !cmp.Equal(got, []string{id}) {
		t.Errorf("N2: %v", got)
	}
	carol.must("subscribePullModeList", payload) // twice is once, and shows it again
	if got := carol.array("addPullModeSubscribedListRequests", 2); !cmp.Equal(got, []string{id}) {
		t.Errorf("N2: %v", got)
	}
	wait[[]struct{ ID string }](carol, "onPullModeSubscribedList", 3)

	rung := customer(s, "web", "jane")
	carol.saw("RECEIVED", "CREATED", rung)
	carol.must("unsubscribePullModeList", payload)
	if got := wait[string](carol, "removePullModeSubscribedListRequests", 1); got != "l1" {
		t.Errorf("N3: %q", got)
	}
	carol.saw("STATE_CHANGED", "CLOSING", rung) // its alert would stay
	if n := carol.count("STATE_CHANGED", "CLOSING", id); n != 0 {
		t.Error("the list goes as one, but for what has an alert")
	}
	if got := carol.ask("subscribePullModeList", map[string]any{"listId": "secret"}); got["type"] != "unknown-list" {
		t.Errorf("%v", got)
	}
}

// A removed AgentSubscription takes effect at once.
func TestAccessIsTakenAway(t *testing.T) {
	s := site.Start(t)
	alice := as(s, "alice").in()
	id := customer(s, "web", "john")
	alice.must("joinPullModeRequest", map[string]any{"requestId": id})
	wait[topic](alice, "onTopicData", 1)
	config := s.Config()
	config.Subscriptions = config.Subscriptions[1:]
	s.Program(config)
	if got := wait[string](alice, "removePullModeSubscribedListRequests", 1); got != "l1" {
		t.Errorf("%q", got)
	}
	if got := wait[struct{ Reason string }](alice, "topicUnsubscription", 1); got.Reason != "FORCE_CLOSED" {
		t.Errorf("%+v", got)
	}
}

func TestSessionReplaced(t *testing.T) {
	s := site.Start(t)
	config := s.Config()
	config.Sessions.Policy = snapshot.SessionReplace
	s.Program(config)
	first := as(s, "alice").in()
	as(s, "alice").in()
	if got := wait[struct{ AgentID string }](first, "socketSessionRemoved", 1); got.AgentID != "alice" {
		t.Errorf("%+v", got)
	}
	if how := first.over(); how != "disconnected" {
		t.Errorf("R6: %s: it would connect again by itself", how)
	}
}

// A replica that stops lets its desks come back by themselves.
func TestDrain(t *testing.T) {
	s := site.Start(t)
	alice := as(s, "alice").in()
	s.Stop()
	if how := alice.over(); how == "disconnected" { // cut off it may be, if it is slow
		t.Errorf("%s: it would not connect again", how)
	}
}

func TestDismissedElsewhere(t *testing.T) {
	s := site.Start(t)
	alice := as(s, "alice").in()
	id := customer(s, "web", "john")
	alice.saw("RECEIVED", "CREATED", id)
	if err := s.Agent("alice").Dismiss(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	alice.saw("STATE_CHANGED", "CLOSING", id) // takes the alert away, and the row
	if got := alice.array("addPullModeSubscribedListRequests", 1); !cmp.Equal(got, []string{id}) {
		t.Errorf("N5: the row is there: %v", got)
	}
}

// Who has joined has no alert any more (N6), on none of their devices. The desk that
// joined has taken it away itself.
func TestJoinedElsewhere(t *testing.T) {
	s := site.Start(t)
	here, there := as(s, "alice").in(), as(s, "alice").in()
	id := customer(s, "web", "john")
	here.saw("RECEIVED", "CREATED", id)
	there.saw("RECEIVED", "CREATED", id)
	here.must("joinPullModeRequest", map[string]any{"requestId": id})
	there.saw("STATE_CHANGED", "CLOSING", id) // takes the alert away, and the row
	if got := there.array("addPullModeSubscribedListRequests", 1); !cmp.Equal(got, []string{id}) {
		t.Errorf("the row is there: %v", got)
	}
	wait[topic](there, "onTopicData", 1)
	wait[topic](here, "onTopicData", 1)
	here.saw("STATE_CHANGED", "ACTIVE", id)
	if n := here.count("STATE_CHANGED", "CLOSING", id); n != 0 {
		t.Error("the desk that joined loses its row for a moment")
	}
}

// An alert that is raised again rings at a desk that shows the row: it is taken away
// first.
func TestAlertRaisedAgain(t *testing.T) {
	var ahead atomic.Int64
	s := site.Start(t, func(o *replica.Options) {
		o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	erin := as(s, "erin").in()
	id := customer(s, lab.Realert.Channel(), "john")
	erin.saw("RECEIVED", "CREATED", id)
	ahead.Store(int64(2 * time.Minute)) // the list's realertAfter is one
	customer(s, lab.Realert.Channel(), "john")
	erin.eventually("not told to ring again", func() bool { return erin.count("RECEIVED", "CREATED", id) == 2 })
	var told []string
	for _, r := range erin.rows() {
		told = append(told, r.Type+" "+r.Status)
	}
	if d := cmp.Diff([]string{"RECEIVED CREATED", "STATE_CHANGED CLOSING", "RECEIVED CREATED"}, told); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// Who comes to a large inbox gets all of it, however much of that rings.
func TestLargeInbox(t *testing.T) {
	s := site.Start(t)
	as(s, "alice").in().hangUp() // so that alice is subscribed
	connector, want := s.Connector("web"), []string{}
	for i := range 1100 {
		receipt, err := connector.Post(t.Context(), message(fmt.Sprintf("customer-%04d", i)))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, receipt.Request)
	}
	alice := as(s, "alice").in()
	alice.eventually("not told of all", func() bool { return len(alice.all("onPullModeSubscribedListRequest")) >= len(want) })
	if d := cmp.Diff(want, received(alice)); d != "" {
		t.Errorf("told of (-want +got):\n%s", d)
	}
	alice.proves()
	alice.hangUp()
	alice = as(s, "alice").in()
	shown := alice.array("pullModeSubscribedListRequests", 1)
	for part := range 2 {
		shown = append(shown, alice.array("addPullModeSubscribedListRequests", part+1)...)
	}
	if d := cmp.Diff(want, shown); d != "" {
		t.Errorf("shown (-want +got):\n%s", d)
	}
	if rang := received(alice); len(rang) > 0 {
		t.Errorf("rang again for %d", len(rang))
	}
}

// Desks answer the event that opens a conversation, and some of them fail over it if
// they are not asked to.
func TestAConversationAsksForAnAnswer(t *testing.T) {
	s := site.Start(t)
	alice := as(s, "alice").in()
	id := customer(s, "web", "john")
	alice.must("joinPullModeRequest", map[string]any{"requestId": id})
	wait[topic](alice, "onTopicData", 1)
	alice.must("topicUnsubscription", map[string]any{"conversationId": id}) // behind its answer
	alice.mu.Lock()
	defer alice.mu.Unlock()
	for _, e := range alice.events {
		if want := e.name == "onTopicData"; e.asks != want {
			t.Errorf("%s asks for an answer: %t, want %t", e.name, e.asks, want)
		}
	}
}

// A desk that leaves a conversation twice is told of its end once: existing desks
// close another one for the second.
func TestLeavingTwice(t *testing.T) {
	s := site.Start(t)
	alice := as(s, "alice").in()
	id := customer(s, "web", "john")
	alice.must("joinPullModeRequest", map[string]any{"requestId": id})
	wait[topic](alice, "onTopicData", 1)
	alice.must("topicUnsubscription", map[string]any{"conversationId": id})
	wait[struct{ Reason string }](alice, "topicUnsubscription", 1)
	if got := alice.ask("topicUnsubscription", map[string]any{"conversationId": id}); got["type"] != "not-a-member" {
		t.Errorf("T16: %v", got)
	}
	alice.must("joinPullModeRequest", map[string]any{"requestId": id})
	wait[topic](alice, "onTopicData", 2)
	if n := len(alice.all("topicUnsubscription")); n != 1 {
		t.Errorf("told %d times", n)
	}
	alice.must("topicSubscription", map[string]any{"conversationId": id, "taskId": id})
	wait[topic](alice, "onTopicData", 3) // anew (T13)
}

// A desk that slept through the end of a conversation is told when it speaks of it.
func TestSleptThroughTheEnd(t *testing.T) {
	s := site.Start(t)
	alice := as(s, "alice").in()
	id := customer(s, "web", "john")
	said := map[string]any{
		"conversationId": id, "agentId": "alice",
		"cimEvent": `{"name":"AGENT_MESSAGE","data":{"id":"m1","body":{"type":"PLAIN","markdownText":"Yes"}}}`,
	}
	if got := alice.ask("publishCimEvent", said); got["type"] != "not-a-member" {
		t.Errorf("%v", got)
	}
	if got := wait[struct{ ConversationID string }](alice, "topicUnsubscription", 1); got.ConversationID != id {
		t.Errorf("%+v", got)
	}
}

// What cannot be a request's id is nothing that a desk is told the end of: the runtime
// would have to remember that it was.
func TestAnIDThatIsNone(t *testing.T) {
	s := site.Start(t)
	alice := as(s, "alice").in()
	for name, payload := range map[string]any{
		"none": nil, "empty": map[string]any{"conversationId": ""}, "long": map[string]any{"conversationId": strings.Repeat("x", 10_000)},
		"long and bare": strings.Repeat("x", 10_000),
	} {
		for _, event := range []string{"topicUnsubscription", "deletePullModeRequest", "joinPullModeRequest", "topicSubscription"} {
			if got := alice.ask(event, payload); got["type"] != "malformed" {
				t.Errorf("%s, %s: %.200v", event, name, got)
			}
		}
	}
	if got := alice.all("topicUnsubscription"); len(got) > 0 {
		t.Errorf("told of the end of %s", short(got[0]))
	}
}

// What must not reach the customer does not.
func TestWhatIsPublished(t *testing.T) {
	s := site.Start(t)
	erin := as(s, "erin").in()
	id := customer(s, grab.channel, "john")
	erin.must("joinPullModeRequest", map[string]any{"requestId": id})
	wait[topic](erin, "onTopicData", 1)
	for name, tc := range map[string]struct{ event, want string }{
		"a whisper": {`{"name":"WHISPER_MESSAGE","data":{"id":"w","body":{"type":"PLAIN","markdownText":"psst"}}}`, "not-served"},
		"a contact": {`{"name":"AGENT_MESSAGE","data":{"id":"c","body":{"type":"CONTACT"}}}`, "not-served"},
		"nothing":   {`{"name":"AGENT_MESSAGE","data":{"id":"n","body":{"type":"PLAIN"}}}`, "invalid-request"},
		"no event":  {`{`, "malformed"},
		"typing":    {`{"name":"TYPING_INDICATOR"}`, ""},
		"a text":    {`{"name":"AGENT_MESSAGE","data":{"id":"t","body":{"type":"PLAIN","markdownText":"Yes"}}}`, ""},
		"a file":    {`{"name":"AGENT_MESSAGE","data":{"id":"f","body":{"type":"IMAGE","caption":"","attachment":{"mediaUrl":"https://files.example/1.png","mimeType":"image/png","size":7}}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := erin.ask("publishCimEvent", map[string]any{"conversationId": id, "cimEvent": tc.event})
			if kind, _ := got["type"].(string); kind != tc.want {
				t.Errorf("answered %v", got)
			}
		})
	}
	types := map[string]string{}
	for n := range 2 {
		e := happened(erin, n+1)
		types[e.Data.ID] = e.Data.Body.Type
	}
	if d := cmp.Diff(map[string]string{"t": "PLAIN", "f": "IMAGE"}, types); d != "" {
		t.Errorf("in the conversation (-want +got):\n%s", d)
	}
}

// The older profile differs in words, not in what it tells.
func TestOlderProfile(t *testing.T) {
	s := site.Start(t)
	alice := connect(s, map[string]any{"token": s.Token("alice"), "profile": "topicId"}).in()
	id := customer(s, "web", "john")
	alice.saw("RECEIVED", "CREATED", id)
	e := wait[struct {
		TopicID       string
		PullModeEvent struct {
			Time           string
			ChannelSession struct{ TopicID, State string }
		}
	}](alice, "onPullModeSubscribedListRequest", 1)
	if e.TopicID != "l1" || e.PullModeEvent.ChannelSession.TopicID != id || e.PullModeEvent.ChannelSession.State != "STARTED" {
		t.Errorf("%+v", e)
	}
}
