package contract

import (
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

type (
	// topicPacket opens a conversation at a desk.
	topicPacket struct {
		TopicData      topicData `json:"topicData"`
		ConversationID string    `json:"conversationId"`
		TopicID        string    `json:"topicId,omitempty"`
		CorrelationID  *string   `json:"correlationId"`
		RoomInfo       roomInfo  `json:"roomInfo"`
		TaskID         string    `json:"taskId"`
	}

	topicData struct {
		ID                  string          `json:"id"`
		TopicParticipant    participant     `json:"topicParticipant"`
		Customer            map[string]any  `json:"customer"`
		ConversationData    map[string]any  `json:"conversationData"`
		State               string          `json:"state"`
		Participants        []participant   `json:"participants"`
		DurationInSeconds   int64           `json:"durationInSeconds"`
		CustomerSuggestions []any           `json:"customerSuggestions"`
		TopicEvents         []cimEvent      `json:"topicEvents"`
		HoldTimerDetails    *string         `json:"holdTimerDetails"`
		ExternalGadgets     []any           `json:"externalGadgets"`
		WrapUps             []any           `json:"wrapUps"`
		AgentHandRaise      *string         `json:"agentHandRaise"`
		AgentParticipants   []participant   `json:"agentParticipants"`
		AgentSLA            *string         `json:"agentSla"`
		ChannelSession      *channelSession `json:"channelSession"`
	}

	// topicEnd says that a conversation is over for the agent, and why.
	topicEnd struct {
		Task           string   `json:"task"`
		ConversationID string   `json:"conversationId"`
		TopicID        string   `json:"topicId,omitempty"`
		StatusCode     int      `json:"statusCode"`
		RoomInfo       roomInfo `json:"roomInfo"`
		Reason         string   `json:"reason,omitempty"`
	}
)

// topicOf is a conversation as the agent who is in it finds it.
func topicOf(p Profile, agent string, c protocol.Conversation, config *snapshot.Index, now time.Time) topicPacket {
	r := c.Request
	t := talk{profile: p, session: sessionOf(p, r, config)}
	data := topicData{
		ID: r.ID, Customer: t.session.Customer, ConversationData: map[string]any{}, State: statuses[r.State],
		DurationInSeconds: int64(now.Sub(r.OpenedAt) / time.Second), CustomerSuggestions: []any{}, TopicEvents: []cimEvent{},
		ExternalGadgets: []any{}, WrapUps: []any{}, AgentParticipants: agentsIn(p, r.ID, r.Members), ChannelSession: t.session,
	}
	data.TopicParticipant = agentIn(p, r.ID, agent, subscribed, now)
	for i, m := range r.Members {
		if m.Agent == agent {
			data.TopicParticipant = data.AgentParticipants[i]
		}
	}
	data.Participants = append([]participant{customerIn(p, t.session, r.OpenedAt)}, data.AgentParticipants...)
	for i := range c.Messages {
		data.TopicEvents = append(data.TopicEvents, t.kept(&c.Messages[i])...)
	}
	return topicPacket{TopicData: data, ConversationID: r.ID, TopicID: p.older(r.ID), RoomInfo: roomOf(r.ID), TaskID: r.ID}
}

// kept is a message of before: if it failed, it is shown and said to have failed.
func (t talk) kept(m *request.Message) []cimEvent {
	if m.Delivery == "" {
		return t.message(m)
	}
	said := *m
	said.Delivery = ""
	return slices.Concat(t.message(&said), t.message(m))
}

// The reasons why a conversation is over that are not those of a request's end, as
// desks know them. Whatever else is said is shown to the agent as it is.
const (
	reasonLeft        = "UNSUBSCRIBED"
	reasonTransferred = "CHAT TRANSFERRED"
)

// reasonOf says why an agent is no longer in a conversation.
func reasonOf(e *protocol.Event, agent string) string {
	switch {
	case e.Cause == request.Leave && e.Actor.Name == agent, e.Cause == request.Logout:
		return reasonLeft
	case e.Cause == request.Transfer, e.Cause == request.Accept:
		return reasonTransferred
	case e.Request.CloseReason != "":
		return string(e.Request.CloseReason)
	}
	return causes[e.Cause]
}

// causes are the words for what ends a membership against the agent's will.
var causes = map[request.Kind]string{
	request.ResponseTimeout: "RESPONSE_TIMEOUT",
	request.Disconnect:      "AGENT_LOGOUT",
	request.Remove:          "FORCE_CLOSED",
	request.Revoke:          "FORCE_CLOSED",
}

func topicEndOf(p Profile, task, id, reason string) topicEnd {
	return topicEnd{Task: task, ConversationID: id, TopicID: p.older(id), StatusCode: 200, RoomInfo: roomOf(id), Reason: reason}
}
