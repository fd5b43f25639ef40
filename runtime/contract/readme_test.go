package contract

import (
	"os"
	"strings"
	"testing"
)

// The page for who keeps a desk has every event, and every word that a desk may be told.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{
		listsEvent, rowsEvent, addRowsEvent, removeRowsEvent, rowEvent, topicEvent, happenedEvent, topicClosedEvent, topicEndEvent,
		sessionRemovedEvent, errorsEvent, received, stateChanged, customerMessage, agentMessage, agentSubscribed, agentUnsubscribed,
		deliveryNotification, reasonLeft, reasonTransferred, wrongAgent, tokenExpired, notServed, unavailable, loginFailed,
		string(ConversationID), string(TopicID),
	}
	for event := range commands {
		words = append(words, event)
	}
	for _, reason := range causes {
		words = append(words, reason)
	}
	for _, status := range statuses {
		words = append(words, status)
	}
	for _, word := range words {
		if !strings.Contains(string(page), word) {
			t.Errorf("README.md does not say what %s is", word)
		}
	}
}
