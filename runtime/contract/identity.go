package contract

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/socketio"
)

// hello is what a desk says of itself as it connects. The token is the only thing
// that is believed.
type hello struct {
	Token   string `json:"token"`
	Profile string `json:"profile"`
	// Agent is who the desk takes the agent for: an object, or one as a string of JSON.
	Agent json.RawMessage `json:"agent"`
}

// helloOf reads the handshake: the payload of CONNECT, an Authorization header, and
// the profile in the address for desks that cannot change the payload.
func helloOf(h socketio.Handshake) (hello, error) {
	var said hello
	if len(h.Auth) > 0 {
		if err := json.Unmarshal(h.Auth, &said); err != nil {
			return said, refuse(malformed, "auth must be an object with the agent's token: auth: {token}")
		}
	}
	if said.Profile == "" {
		said.Profile = h.Query.Get("profile")
	}
	if said.Token != "" {
		return said, nil
	}
	var err error
	said.Token, err = auth.BearerToken(&http.Request{Header: h.Header})
	return said, err
}

// agent is how desks write an agent down: bare, or as a participant of a conversation.
type agent struct {
	ID           string `json:"id"`
	AgentID      string `json:"agentId"`
	Username     string `json:"username"`
	KeycloakUser *agent `json:"keycloakUser"`
}

// names are all that an agent is called.
func (a *agent) names() []string {
	if a == nil {
		return nil
	}
	return slices.DeleteFunc(append(a.KeycloakUser.names(), a.ID, a.AgentID, a.Username), func(name string) bool { return name == "" })
}

// names are what the agent of a token may be called by the desk: their own name, and
// what auth.agent calls them beside that. A token may name people by their user name
// and the desk by their id.
func names(agentName string, said json.RawMessage) ([]string, error) {
	own := []string{agentName}
	if len(said) == 0 || string(said) == "null" {
		return own, nil
	}
	var text string
	if json.Unmarshal(said, &text) == nil {
		if text == "" {
			return own, nil
		}
		said = json.RawMessage(text)
	}
	var a agent
	if err := json.Unmarshal(said, &a); err != nil {
		return nil, refuse(malformed, "auth.agent must be an object, or one as a string of JSON")
	}
	others := a.names()
	if len(others) > 0 && !slices.Contains(others, agentName) {
		return nil, otherAgent(agentName)
	}
	return append(own, others...), nil
}

// isMe says whether what a command says of its agent is true of the token's.
func (d *desk) isMe(a *ask) error {
	claims := [][]string{{}, {}}
	if a.AgentID != "" {
		claims[0] = []string{a.AgentID}
	}
	if a.TopicParticipant != nil {
		claims[1] = a.TopicParticipant.Participant.names()
	}
	for _, claim := range claims {
		mine := func(name string) bool { return slices.Contains(d.names, name) }
		if len(claim) > 0 && !slices.ContainsFunc(claim, mine) {
			return otherAgent(d.names[0])
		}
	}
	return nil
}

func otherAgent(name string) error {
	return refuse(wrongAgent, "the token speaks for %s and the desk for somebody else: sign in again", name)
}
