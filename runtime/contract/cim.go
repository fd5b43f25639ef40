package contract

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/request"
)

type (
	// cimEvent is something that happened in a conversation.
	cimEvent struct {
		ID             string          `json:"id"`
		Name           string          `json:"name"`
		Type           string          `json:"type"`
		Timestamp      int64           `json:"timestamp"`
		ConversationID string          `json:"conversationId,omitempty"`
		TopicID        string          `json:"topicId,omitempty"`
		RoomInfo       roomInfo        `json:"roomInfo"`
		Data           any             `json:"data"`
		ChannelSession *channelSession `json:"channelSession"`
	}

	// cimMessage is a message of the customer or of an agent, or what became of one.
	cimMessage struct {
		ID     string    `json:"id"`
		Header cimHeader `json:"header"`
		Body   any       `json:"body"`
	}

	cimHeader struct {
		Sender           sender          `json:"sender"`
		ChannelData      channelData     `json:"channelData"`
		Language         map[string]any  `json:"language"`
		Timestamp        int64           `json:"timestamp"`
		SecurityInfo     map[string]any  `json:"securityInfo"`
		Stamps           []any           `json:"stamps"`
		Intent           *string         `json:"intent"`
		Entities         map[string]any  `json:"entities"`
		Customer         map[string]any  `json:"customer"`
		ChannelSession   *channelSession `json:"channelSession"`
		ChannelSessionID string          `json:"channelSessionId"`
		ConversationID   string          `json:"conversationId"`
		RoomInfo         roomInfo        `json:"roomInfo"`
		ReplyToMessageID *string         `json:"replyToMessageId"`
	}

	sender struct {
		ID         string `json:"id"`
		SenderName string `json:"senderName"`
		Type       string `json:"type"`
	}

	plainBody struct {
		Type         string `json:"type"`
		MarkdownText string `json:"markdownText"`
	}

	fileBody struct {
		Type              string            `json:"type"`
		Caption           string            `json:"caption"`
		AdditionalDetails map[string]string `json:"additionalDetails"`
		Attachment        cimAttachment     `json:"attachment"`
	}

	cimAttachment struct {
		MediaURL  string `json:"mediaUrl"`
		MimeType  string `json:"mimeType"`
		Size      int64  `json:"size"`
		Thumbnail string `json:"thumbnail"`
	}

	deliveryBody struct {
		Type       string `json:"type"`
		MessageID  string `json:"messageId"`
		Status     string `json:"status"`
		ReasonCode string `json:"reasonCode"`
	}

	agentChange struct {
		AgentParticipant participant `json:"agentParticipant"`
	}
)

// The names of CIM events, and their types.
const (
	customerMessage      = "CUSTOMER_MESSAGE"
	agentMessage         = "AGENT_MESSAGE"
	deliveryNotification = "MESSAGE_DELIVERY_NOTIFICATION"
	agentSubscribed      = "AGENT_SUBSCRIBED"
	agentUnsubscribed    = "AGENT_UNSUBSCRIBED"

	messageType      = "MESSAGE"
	notificationType = "NOTIFICATION"
)

// The types of senders. A customer's messages come by the connector: that is how
// desks know them, and take the name from the header's customer.
const (
	bySystem    = "SYSTEM"
	byConnector = "CONNECTOR"
	byAgent     = "AGENT"
)

// talk makes the CIM events of one conversation.
type talk struct {
	profile Profile
	session *channelSession
}

// event is the envelope of whatever happened.
func (t talk) event(id, name, kind string, at time.Time, data any) cimEvent {
	return cimEvent{
		ID: id, Name: name, Type: kind, Timestamp: at.UnixMilli(), Data: data, ChannelSession: t.session,
		ConversationID: t.profile.newer(t.session.ID), TopicID: t.profile.older(t.session.ID), RoomInfo: roomOf(t.session.ID),
	}
}

// message is what a message comes to: one event for its text and one for each file,
// as a CIM message holds one thing. The first has the message's own id, by which the
// desk that sent it knows it again. One that did not reach the customer is told of
// as such.
func (t talk) message(m *request.Message) []cimEvent {
	if m.Delivery == request.DeliveryFailedFinally {
		header := t.header(m, sender{ID: bySystem, SenderName: bySystem, Type: bySystem})
		body := deliveryBody{Type: "DELIVERYNOTIFICATION", MessageID: m.ID, Status: "FAILED", ReasonCode: m.Failure}
		id := m.ID + "/failed"
		return []cimEvent{t.event(id, deliveryNotification, messageType, m.At, cimMessage{ID: id, Header: header, Body: body})}
	}
	name, from := agentMessage, sender{ID: m.From.Name, SenderName: m.From.Name, Type: byAgent}
	if m.From.Kind == request.CustomerActor {
		name, from = customerMessage, sender{ID: m.From.Name, SenderName: t.session.ChannelData.CustomerFirstName, Type: byConnector}
	}
	header := t.header(m, from)
	var events []cimEvent
	for i, body := range bodiesOf(m) {
		id := m.ID
		if i > 0 {
			id += "/" + strconv.Itoa(i)
		}
		events = append(events, t.event(id, name, messageType, m.At, cimMessage{ID: id, Header: header, Body: body}))
	}
	return events
}

func (t talk) header(m *request.Message, from sender) cimHeader {
	return cimHeader{
		Sender: from, ChannelData: t.session.ChannelData, Timestamp: m.At.UnixMilli(),
		Language: map[string]any{}, SecurityInfo: map[string]any{}, Stamps: []any{}, Entities: map[string]any{},
		Customer: t.session.Customer, ChannelSession: t.session, ChannelSessionID: t.session.ID,
		ConversationID: t.session.ID, RoomInfo: roomOf(t.session.ID),
	}
}

func bodiesOf(m *request.Message) []any {
	var bodies []any
	if m.Text != "" || len(m.Attachments) == 0 {
		bodies = append(bodies, plainBody{Type: plainType, MarkdownText: m.Text})
	}
	for _, a := range m.Attachments {
		bodies = append(bodies, fileBody{
			Type: mediaType(a.ContentType), AdditionalDetails: map[string]string{"fileName": a.Name},
			Attachment: cimAttachment{MediaURL: a.URL, MimeType: a.ContentType, Size: a.Size},
		})
	}
	return bodies
}

// The types of bodies.
const (
	plainType = "PLAIN"
	fileType  = "FILE"
)

// mediaType is the type of the body that a file of a content type has.
func mediaType(contentType string) string {
	switch kind, _, _ := strings.Cut(contentType, "/"); kind {
	case "image", "video", "audio":
		return strings.ToUpper(kind)
	}
	return fileType
}

// member tells that an agent has come into the conversation, or left it.
func (t talk) member(agent string, in bool, version int64, at time.Time) cimEvent {
	name, state := agentUnsubscribed, unsubscribed
	if in {
		name, state = agentSubscribed, subscribed
	}
	id := t.session.ID + "/" + strconv.FormatInt(version, 10) + "/" + agent
	return t.event(id, name, notificationType, at, agentChange{agentIn(t.profile, t.session.ID, agent, state, at)})
}

// cimPacket is a CIM event as it goes over the wire: JSON inside JSON, in both
// profiles.
type cimPacket struct {
	CimEvent       string   `json:"cimEvent"`
	ConversationID string   `json:"conversationId"`
	TopicID        string   `json:"topicId,omitempty"`
	RoomInfo       roomInfo `json:"roomInfo"`
}

func (t talk) packet(e cimEvent) (cimPacket, error) {
	text, err := json.Marshal(e)
	return cimPacket{
		CimEvent: string(text), ConversationID: t.session.ID, TopicID: t.profile.older(t.session.ID), RoomInfo: roomOf(t.session.ID),
	}, err
}
