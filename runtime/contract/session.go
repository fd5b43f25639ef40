package contract

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// channelSession is a customer on a channel. One request is one session, one
// conversation and one room here, so all of them have the request's id. In the
// published example the key participantType is there twice: it is once here, as a
// parser is free to refuse the other.
type channelSession struct {
	ParticipantType         string           `json:"participantType"`
	ID                      string           `json:"id"`
	Channel                 channel          `json:"channel"`
	Customer                map[string]any   `json:"customer"`
	CustomerSuggestions     []any            `json:"customerSuggestions"`
	ChannelData             channelData      `json:"channelData"`
	LatestIntent            *string          `json:"latestIntent"`
	CustomerPresence        customerPresence `json:"customerPresence"`
	IsActive                bool             `json:"isActive"`
	ConversationID          string           `json:"conversationId,omitempty"`
	TopicID                 string           `json:"topicId,omitempty"`
	RoomInfo                *roomInfo        `json:"roomInfo,omitempty"`
	State                   any              `json:"state"`
	ChannelSessionDirection string           `json:"channelSessionDirection,omitempty"`
	Active                  bool             `json:"active"`
}

type (
	channelData struct {
		ChannelCustomerIdentifier string      `json:"channelCustomerIdentifier"`
		ServiceIdentifier         string      `json:"serviceIdentifier"`
		ChannelTypeCode           string      `json:"channelTypeCode,omitempty"`
		RequestPriority           int         `json:"requestPriority"`
		CustomerFirstName         string      `json:"customerFirstName"`
		CustomerLastName          *string     `json:"customerLastName"`
		AdditionalAttributes      []attribute `json:"additionalAttributes"`
	}

	attribute struct {
		Key   string `json:"key"`
		Type  string `json:"type"`
		Value string `json:"value"`
	}

	customerPresence struct {
		Value *string `json:"value"`
	}

	// roomInfo names the room of a conversation.
	roomInfo struct {
		ID   string `json:"id"`
		Mode string `json:"mode"`
	}

	sessionState struct {
		Name       string `json:"name"`
		ReasonCode string `json:"reasonCode"`
	}
)

// The neutral values of the contract, for what this product knows no other of.
const (
	sessionParticipant = "ChannelSession"
	roomMode           = "CONTACT_CENTER"
	started            = "STARTED"
	startedByCustomer  = "CUSTOMER"
	inbound            = "INBOUND"
	textAttribute      = "String"
)

func roomOf(request string) roomInfo { return roomInfo{ID: request, Mode: roomMode} }

// sessionOf is a request's channel session. config is the snapshot in force: what
// a Channel that it does not have any more was, nobody knows.
func sessionOf(p Profile, r *protocol.Request, config *snapshot.Index) *channelSession {
	c := channelOf(p, r, config)
	s := &channelSession{
		ParticipantType: sessionParticipant, ID: r.ID, Channel: c,
		Customer: customerOf(r), CustomerSuggestions: []any{},
		ChannelData: channelData{
			ChannelCustomerIdentifier: r.Customer.ID, ServiceIdentifier: c.ServiceIdentifier, ChannelTypeCode: p.older(r.ChannelType),
			CustomerFirstName: r.Customer.Name, AdditionalAttributes: attributesOf(r.Customer.Attributes),
		},
		IsActive: true, Active: true,
		ConversationID: p.newer(r.ID), TopicID: p.older(r.ID),
		State: started, ChannelSessionDirection: p.newer(inbound),
	}
	if p == ConversationID {
		room := roomOf(r.ID)
		s.RoomInfo, s.State = &room, sessionState{Name: started, ReasonCode: startedByCustomer}
	}
	return s
}

// customerOf is the customer as the connector names them: what it says of them beside
// that stands among the published fields, and never in the place of one.
func customerOf(r *protocol.Request) map[string]any {
	customer := make(map[string]any, len(r.Customer.Attributes)+6)
	for name, value := range r.Customer.Attributes {
		customer[name] = value
	}
	if r.ChannelType != "" {
		customer[strings.ToLower(r.ChannelType)] = []string{r.Customer.ID}
	}
	maps.Copy(customer, map[string]any{
		"_id": r.Customer.ID, "firstName": r.Customer.Name, "phoneNumber": []string{}, "isAnonymous": r.Customer.Anonymous, "__v": 0,
	})
	return customer
}

func attributesOf(attributes map[string]string) []attribute {
	all := make([]attribute, 0, len(attributes))
	for name, value := range attributes {
		all = append(all, attribute{Key: name, Type: textAttribute, Value: value})
	}
	slices.SortFunc(all, func(a, b attribute) int { return cmp.Compare(a.Key, b.Key) })
	return all
}
