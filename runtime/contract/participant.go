package contract

import (
	"time"

	"github.com/pullmode/operator/runtime/request"
)

type (
	// participant is somebody in a conversation: the customer's channel session, or an
	// agent.
	participant struct {
		ID              string         `json:"id"`
		Type            string         `json:"type"`
		Participant     any            `json:"participant"`
		Token           *string        `json:"token"`
		ConversationID  string         `json:"conversationId,omitempty"`
		TopicID         string         `json:"topicId,omitempty"`
		Role            string         `json:"role"`
		State           string         `json:"state"`
		IsActive        bool           `json:"isActive"`
		UserCredentials map[string]any `json:"userCredentials"`
		JoiningTime     int64          `json:"joiningTime"`
		StateChangedOn  int64          `json:"stateChangedOn"`
	}

	// user is an agent. Desks tell agents apart by keycloakUser.id.
	user struct {
		ID                          string       `json:"id"`
		ParticipantType             string       `json:"participantType"`
		KeycloakUser                keycloakUser `json:"keycloakUser"`
		AssociatedRoutingAttributes []any        `json:"associatedRoutingAttributes"`
	}

	keycloakUser struct {
		ID        string   `json:"id"`
		Username  string   `json:"username"`
		FirstName string   `json:"firstName"`
		LastName  string   `json:"lastName"`
		Roles     []string `json:"roles"`
	}
)

// What a participant is, and does.
const (
	customerType = "CUSTOMER"
	agentType    = "AGENT"
	primary      = "PRIMARY"
	customerRole = "CUSTOMER"
	subscribed   = "SUBSCRIBED"
	unsubscribed = "UNSUBSCRIBED"
)

// agentIn is an agent in a request. since is when that began, or ended.
func agentIn(p Profile, request, agent, state string, since time.Time) participant {
	return participant{
		ID: agent, Type: agentType, ConversationID: p.newer(request), TopicID: p.older(request),
		Participant: user{
			ID: agent, ParticipantType: "CCUser", AssociatedRoutingAttributes: []any{},
			KeycloakUser: keycloakUser{ID: agent, Username: agent, FirstName: agent, Roles: []string{}},
		},
		Role: primary, State: state, IsActive: state == subscribed, UserCredentials: map[string]any{},
		JoiningTime: since.UnixMilli(), StateChangedOn: since.UnixMilli(),
	}
}

// customerIn is the customer of a request.
func customerIn(p Profile, session *channelSession, since time.Time) participant {
	return participant{
		ID: session.ID, Type: customerType, Participant: session, ConversationID: p.newer(session.ID), TopicID: p.older(session.ID),
		Role: customerRole, State: subscribed, IsActive: true, UserCredentials: map[string]any{},
		JoiningTime: since.UnixMilli(), StateChangedOn: since.UnixMilli(),
	}
}

// agentsIn are the members of a request.
func agentsIn(p Profile, id string, members []request.Member) []participant {
	agents := make([]participant, len(members))
	for i, m := range members {
		agents[i] = agentIn(p, id, m.Agent, subscribed, m.JoinedAt)
	}
	return agents
}
