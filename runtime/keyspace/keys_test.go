package keyspace

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a name from outside is, it stays within its own key.
func TestNamesStayWithinTheirKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z/%.]{0,6}`))
		one, two, three := name.Draw(t, "one"), name.Draw(t, "two"), name.Draw(t, "three")
		if got, ok := AgentOf(Agent(one)); !ok || got != one {
			t.Fatalf("agent %q reads %q", one, got)
		}
		agent, list, ok := SubscriptionOf(Subscription(one, two))
		if !ok || agent != one || list != two {
			t.Fatalf("subscription of %q to %q reads %q, %q", one, two, agent, list)
		}
		if id, ok := ThreadOfMessage(Message(one, 7)); !ok || id != one || !strings.HasPrefix(Message(one, 7), MessagesOf(one)) {
			t.Fatalf("message of %q reads %q", one, id)
		}
		if agent, replica, ok := PresenceOf(Presence(one, two)); !ok || agent != one || replica != two {
			t.Fatalf("presence of %q at %q reads %q, %q", one, two, agent, replica)
		}
		if channel, customer, ok := CustomerOf(Customer(one, two)); !ok || channel != one || customer != two {
			t.Fatalf("customer %q of %q reads %q, %q", two, one, customer, channel)
		}
		for key, parts := range map[string]int{LastClosed(one, two): 2, Alert(one): 1, Dismissal(one): 1, Capacity(one): 1, Draining(one): 1, Slot(one, two): 2, Dedupe(one, two, three): 3, Closed(one): 1, Agent(one): 1} {
			if got := strings.Count(key, "/"); got != parts {
				t.Fatalf("%q has %d parts", key, got)
			}
		}
		if one != two && (Slot(one, three) == Slot(two, three) || Slot(three, one) == Slot(three, two) || Dedupe(one, two, three) == Dedupe(two, one, three)) {
			t.Fatalf("%q and %q share a key", one, two)
		}
	})
}

func TestMessagesSortByNumber(t *testing.T) {
	if Message("r", 9) >= Message("r", 10) || Message("r", 99) >= Message("r", 100) {
		t.Error("messages do not sort as their numbers do")
	}
}

func TestForeignKeysAreNotRead(t *testing.T) {
	for _, key := range []string{Slot("c", "j"), Agents + "%zz", Subscriptions + "alice", Messages + "r1", ""} {
		if _, ok := AgentOf(key); ok {
			t.Errorf("%q reads as an agent", key)
		}
		if _, _, ok := SubscriptionOf(key); ok {
			t.Errorf("%q reads as a subscription", key)
		}
		if _, ok := ThreadOfMessage(key); ok {
			t.Errorf("%q reads as a message", key)
		}
	}
}
