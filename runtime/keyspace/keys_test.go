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
		if id, ok := RequestOfMessage(Message(one, 7)); !ok || id != one || !strings.HasPrefix(Message(one, 7), MessagesOf(one)) {
			t.Fatalf("message of %q reads %q", one, id)
		}
		for key, parts := range map[string]int{Slot(one, two): 2, Dedupe(one, two, three): 3, Closed(one): 1, Agent(one): 1} {
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
		if _, ok := RequestOfMessage(key); ok {
			t.Errorf("%q reads as a message", key)
		}
	}
}
