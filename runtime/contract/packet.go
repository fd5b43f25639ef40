package contract

import (
	"sync"

	"github.com/pullmode/operator/runtime/socketio"
)

// packet is one event for desks.
type packet struct {
	event string
	arg   any
	// message is the packet as it is sent, encoded when the first desk is sent it.
	message func() (*socketio.Message, error)
}

func newPacket(event string, arg any) *packet {
	return &packet{event: event, arg: arg, message: sync.OnceValues(func() (*socketio.Message, error) { return socketio.Prepare(event, arg) })}
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
