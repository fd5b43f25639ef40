package contract

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// ask is what a desk wants: the payloads of all commands in one, since they share
// their fields.
type ask struct {
	AgentID          string `json:"agentId"`
	TopicParticipant *struct {
		Participant *agent `json:"participant"`
		TopicID     string `json:"topicId"`
		Role        string `json:"role"`
	} `json:"topicParticipant"`
	ListID string `json:"listId"`
	List   struct {
		ID string `json:"id"`
	} `json:"list"`
	RequestID      string `json:"requestId"`
	TaskID         string `json:"taskId"`
	ConversationID string `json:"conversationId"`
	TopicID        string `json:"topicId"`
	ChannelSession struct {
		ConversationID string `json:"conversationId"`
		TopicID        string `json:"topicId"`
	} `json:"channelSession"`
	CimEvent json.RawMessage `json:"cimEvent"`
	Token    string          `json:"token"`
}

// done acknowledges a command, for who asked for that.
type done struct {
	Status         string `json:"status"`
	Outcome        string `json:"outcome,omitempty"`
	ConversationID string `json:"conversationId,omitempty"`
	ListID         string `json:"listId,omitempty"`
	ExpiresInMs    int64  `json:"expiresInMs,omitempty"`
}

// commands are what desks may ask for.
var commands = map[string]func(*desk, context.Context, *ask) (done, error){
	"subscribePullModeList":   (*desk).subscribe,
	"unsubscribePullModeList": (*desk).unsubscribe,
	"joinPullModeRequest":     (*desk).join,
	"deletePullModeRequest":   (*desk).end,
	"topicUnsubscription":     (*desk).leave,
	"topicSubscription":       (*desk).topic,
	"publishCimEvent":         (*desk).publish,
	"auth":                    (*desk).renew,
	// Agents are what they are without a state here, whatever a desk says of it.
	"changeAgentState": func(*desk, context.Context, *ask) (done, error) { return done{Outcome: ignored}, nil },
}

// ignored is the outcome of what is no error and has no effect.
const ignored = "ignored"

// asked carries out what the desk wants, and answers: with the acknowledgement if the
// desk asks for one, and with errors, which is all that existing desks look at.
func (d *desk) asked(event string, args []json.RawMessage, ack func(...any)) {
	a, err := askOf(args)
	answer := done{}
	if err == nil {
		answer, err = d.carryOut(event, a)
	}
	if ack == nil {
		ack = func(...any) {}
	}
	if err == nil {
		answer.Status = "ok"
		ack(answer)
		return
	}
	if d.socket.Context().Err() != nil { // nobody is there to be told
		return
	}
	r := refusalOf(err, d.face.Log)
	e := r.event(event)
	e.ConversationID, e.ListID = a.request(d), a.list()
	d.tell(newPacket(errorsEvent, e))
	ack(r.answer())
}

// carryOut carries a command out, if it is one, and the agent's.
func (d *desk) carryOut(event string, a *ask) (done, error) {
	run := commands[event]
	if run == nil {
		return done{}, refuse(notServed, "%s is not served here", event)
	}
	if err := d.isMe(a); err != nil {
		return done{}, err
	}
	if err := d.face.paced(d.names[0]); err != nil {
		return done{}, err
	}
	return run(d, d.socket.Context(), a)
}

// askOf reads a command's payload: an object, or the bare id of a request.
func askOf(args []json.RawMessage) (*ask, error) {
	a := &ask{}
	if len(args) == 0 {
		return a, nil
	}
	if json.Unmarshal(args[0], &a.RequestID) == nil {
		return a, nil
	}
	if err := json.Unmarshal(args[0], a); err != nil {
		return &ask{}, refuse(malformed, "the payload is not what the contract has for this event")
	}
	return a, nil
}

func (a *ask) list() string {
	if a.TopicParticipant == nil {
		return first(a.ListID, a.List.ID)
	}
	return first(a.ListID, a.List.ID, a.TopicParticipant.TopicID)
}

// request is the one that a command is about. Versions of the contract name it in
// different fields, and what one calls conversationId may be the list's id: the first
// that is a request's counts.
func (a *ask) request(d *desk) string {
	candidates := []string{
		a.RequestID, a.ChannelSession.ConversationID, a.ChannelSession.TopicID, a.ConversationID, a.TopicID, a.TaskID,
	}
	for _, id := range candidates {
		if id != "" && d.face.View.Request(id) != nil {
			return id
		}
	}
	return first(candidates...)
}

// maxID is longer than any request's id.
const maxID = 64

// about is the request that a command is about. What cannot be one's id is refused
// here: that its conversation is over would be told, and remembered.
func (d *desk) about(a *ask) (string, error) {
	id := a.request(d)
	if id == "" || len(id) > maxID {
		return "", refuse(malformed, "the payload has to name the conversation, by its id")
	}
	return id, nil
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

func (d *desk) subscribe(ctx context.Context, a *ask) (done, error) {
	return done{ListID: a.list()}, d.face.Executor.Subscribe(ctx, d.me(), a.list())
}

func (d *desk) unsubscribe(ctx context.Context, a *ask) (done, error) {
	return done{ListID: a.list()}, d.face.Executor.Unsubscribe(ctx, d.me(), a.list())
}

// join is what a desk asks for from its list. It takes the alert away as it asks, and
// whatever comes of it.
func (d *desk) join(ctx context.Context, a *ask) (done, error) {
	id, err := d.about(a)
	if err != nil {
		return done{}, err
	}
	d.mu.Lock()
	d.picture.pulled(id)
	d.mu.Unlock()
	return d.enter(ctx, id)
}

// enter makes the agent a member; the feed brings the conversation. Who is one already
// gets it anew (T13).
func (d *desk) enter(ctx context.Context, id string) (done, error) {
	result, err := d.face.Executor.Join(ctx, d.me(), id, "")
	if err == nil && result.Outcome == request.AlreadyMember {
		d.mu.Lock()
		defer d.mu.Unlock()
		err = d.picture.openTalk(id)
	}
	return outcomeOf(id, result, err)
}

// topic is what a desk does to come into a conversation that it knows of: as whom it
// answers, not as a silent witness, for which there is no place here.
func (d *desk) topic(ctx context.Context, a *ask) (done, error) {
	if a.TopicParticipant != nil && a.TopicParticipant.Role != "" && a.TopicParticipant.Role != primary {
		return done{}, refuse(notServed, "one comes into a conversation as %s here: join it", primary)
	}
	id, err := d.about(a)
	if err != nil {
		return done{}, err
	}
	return d.enter(ctx, id)
}

func (d *desk) end(ctx context.Context, a *ask) (done, error) {
	id, err := d.about(a)
	if err != nil {
		return done{}, err
	}
	result, err := d.face.Executor.Close(ctx, d.me(), id, "")
	return outcomeOf(id, result, err)
}

func (d *desk) leave(ctx context.Context, a *ask) (done, error) {
	id, err := d.about(a)
	if err != nil {
		return done{}, err
	}
	result, err := d.face.Executor.Leave(ctx, d.me(), id, "")
	d.over(id, result.Request, err)
	return outcomeOf(id, result, err)
}

func outcomeOf(id string, r protocol.Result, err error) (done, error) {
	return done{ConversationID: id, Outcome: string(r.Outcome)}, err
}

// over takes a conversation from a desk that speaks of one which is not the agent's
// (any more), as it may have slept through the end of it. After a leave that was
// carried out, and before the feed has told of an end, the picture still has it.
func (d *desk) over(id string, r *protocol.Request, err error) {
	var refused *command.Error
	switch {
	case err == nil && r != nil && r.State == request.Closed:
	case errors.As(err, &refused) && overFor[refused.Reason]:
	default:
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.picture.talks[id] == nil && !d.picture.over[id] {
		d.picture.endTalk(id, reasonLeft, false)
	}
}

// overFor are the refusals that say that the agent is not in a request.
var overFor = map[command.Reason]bool{command.NotAMember: true, command.UnknownRequest: true, command.Gone: true}
