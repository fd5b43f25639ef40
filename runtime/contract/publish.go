package contract

import (
	"context"
	"encoding/json"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// published is a CIM event that a desk wants in a conversation.
type published struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	ConversationID string `json:"conversationId"`
	TopicID        string `json:"topicId"`
	Data           struct {
		ID   string `json:"id"`
		Body struct {
			Type              string         `json:"type"`
			MarkdownText      string         `json:"markdownText"`
			Caption           string         `json:"caption"`
			Attachment        *cimAttachment `json:"attachment"`
			AdditionalDetails struct {
				FileName string `json:"fileName"`
			} `json:"additionalDetails"`
		} `json:"body"`
	} `json:"data"`
}

// quiet are the events that desks publish beside messages and nobody here needs.
var quiet = map[string]bool{"TYPING_STARTED": true, "TYPING_INDICATOR": true, deliveryNotification: true}

// publish brings an agent's message to the customer. The message's id is the command's
// key, so a repeat has no second effect, and the message's id in the feed, by which the
// desk knows its own again.
func (d *desk) publish(ctx context.Context, a *ask) (done, error) {
	said, err := publishedOf(a.CimEvent)
	if err != nil {
		return done{}, err
	}
	a.ConversationID, a.TopicID = first(a.ConversationID, said.ConversationID), first(a.TopicID, said.TopicID)
	switch {
	case quiet[said.Name]:
		return done{ConversationID: a.request(d), Outcome: ignored}, nil
	case said.Name != agentMessage: // a whisper among them, which must not reach the customer
		return done{}, refuse(notServed, "a desk publishes %s here, not %s", agentMessage, said.Name)
	}
	id, err := d.about(a)
	if err != nil {
		return done{}, err
	}
	message, err := said.say()
	if err != nil {
		return done{}, err
	}
	key := first(said.Data.ID, said.ID)
	if len(key) > maxKey {
		return done{}, refuse(invalid, "the message's id has at most %d characters", maxKey)
	}
	result, err := d.face.Executor.Say(ctx, d.me(), id, key, message)
	d.over(id, nil, err)
	return outcomeOf(id, result, err)
}

// maxKey bounds an Idempotency-Key, as in the API.
const maxKey = 128

// publishedOf reads an event: an object, or one as a string of JSON, as desks are
// sent it.
func publishedOf(event json.RawMessage) (*published, error) {
	var text string
	if json.Unmarshal(event, &text) == nil {
		event = json.RawMessage(text)
	}
	said := &published{}
	if len(event) == 0 || json.Unmarshal(event, said) != nil {
		return nil, refuse(malformed, "cimEvent must be a CIM event: {id, name, type, data: {id, header, body}}")
	}
	return said, nil
}

// say is the message that an event holds.
func (p *published) say() (protocol.Say, error) {
	body := p.Data.Body
	say := protocol.Say{Text: first(body.MarkdownText, body.Caption)}
	if body.Attachment != nil && body.Attachment.MediaURL != "" {
		say.Attachments = []request.Attachment{{
			URL: body.Attachment.MediaURL, Name: body.AdditionalDetails.FileName,
			ContentType: body.Attachment.MimeType, Size: body.Attachment.Size,
		}}
	} else if body.Type != plainType {
		return say, refuse(notServed, "a message is text or a file here, and not %s", body.Type)
	}
	if len(say.Text) > command.MaxTextBytes {
		return say, refuse(tooLarge, "the text has %d bytes, the limit is %d: split the message", len(say.Text), command.MaxTextBytes)
	}
	return say, nil
}

// me is who asks, with the groups of the newest token.
func (d *desk) me() inbox.Agent {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.caller.Agent
}
