package contract

import (
	"encoding/json"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// The two types of a list event.
const (
	received     = "PULL_MODE_LIST_REQUEST_RECEIVED"
	stateChanged = "PULL_MODE_LIST_REQUEST_STATE_CHANGED"
)

// closing is the status for which a desk takes a row and its alert away.
const closing = "CLOSING"

// statuses are the states as they go over the wire (INV8): not the ones that the
// contract's documents name, but those that desks understand.
var statuses = map[request.State]string{
	request.Unread: "CREATED", request.Active: "ACTIVE", request.Inactive: "INACTIVE", request.Closed: closing,
}

// listRequest is a request on a list: a row. Snapshots are plain arrays of them.
type listRequest struct {
	ID             string          `json:"id"`
	ChannelSession *channelSession `json:"channelSession"`
	Status         string          `json:"status"`
	ListID         string          `json:"listId"`
	// Time is when the request came: a desk shows how long ago that is.
	Time any `json:"time"`
}

// rowOf is a request's row.
func rowOf(p Profile, r *protocol.Request, config *snapshot.Index) listRequest {
	return listRequest{
		ID: r.ID, ChannelSession: sessionOf(p, r, config), Status: statuses[r.State], ListID: r.List, Time: p.time(r.OpenedAt),
	}
}

// listEvent is what a desk is told of a row. The topic of it, which is called
// conversationId or topicId, is the list and not the conversation.
type listEvent struct {
	PullModeEvent  any    `json:"pullModeEvent"`
	Type           string `json:"type"`
	ConversationID string `json:"conversationId,omitempty"`
	TopicID        string `json:"topicId,omitempty"`
}

// listEventOf wraps a row in an event.
func listEventOf(p Profile, kind string, row listRequest) (listEvent, error) {
	e := listEvent{PullModeEvent: row, Type: kind, ConversationID: p.newer(row.ListID), TopicID: p.older(row.ListID)}
	if p == ConversationID {
		text, err := json.Marshal(row)
		if err != nil {
			return e, err
		}
		e.PullModeEvent = string(text)
	}
	return e, nil
}

// pullModeList is a list as the subscription events name it.
type pullModeList struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	ID          string `json:"id"`
}

// subscribedOf are the lists that an agent is subscribed to.
func subscribedOf(lists []protocol.List) []pullModeList {
	subscribed := []pullModeList{}
	for _, l := range lists {
		if l.Subscribed {
			subscribed = append(subscribed, pullModeList{Name: l.DisplayName, Description: l.Description, ID: l.Name})
		}
	}
	return subscribed
}
