package contract

import (
	"sync"

	"github.com/pullmode/operator/runtime/socketio"
)

// packet is one event for desks.
type packet struct {
	event string
	// message is the packet as it is sent, encoded when the first desk is sent it.
	message func() (*socketio.Message, error)
}

func newPacket(event string, arg any) *packet {
	prepare := socketio.Prepare
	if event == topicEvent { // desks answer it, and some fail over it where they cannot
		prepare = socketio.PrepareAsking
	}
	return &packet{event: event, message: sync.OnceValues(func() (*socketio.Message, error) { return prepare(event, arg) })}
}

// The events of the contract that a desk is told.
const (
	listsEvent          = "onPullModeSubscribedList"
	rowsEvent           = "pullModeSubscribedListRequests"
	addRowsEvent        = "addPullModeSubscribedListRequests"
	removeRowsEvent     = "removePullModeSubscribedListRequests"
	rowEvent            = "onPullModeSubscribedListRequest"
	topicEvent          = "onTopicData"
	happenedEvent       = "onCimEvent"
	topicClosedEvent    = "topicClosed"
	topicEndEvent       = "topicUnsubscription"
	sessionRemovedEvent = "socketSessionRemoved"
	errorsEvent         = "errors"
)
