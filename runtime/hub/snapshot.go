package hub

import (
	"encoding/json"
	"slices"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// partRows is how many requests one part of a snapshot holds: about 200 KB, so
// that a large inbox is written in pieces.
const partRows = 500

// snapshot shows the open requests of the lists named that the agent sees (N12), or
// with none named all that the agent is concerned with, in parts. What they are of
// stands now; they are encoded when they are read, since documents do not change.
func (h *Hub) snapshot(box *inbox.Inbox, reason protocol.SnapshotReason, only []string) []Frame {
	lists := only
	if only == nil {
		lists = box.SubscribedLists()
	}
	docs := h.view.Requests(lists)
	docs = slices.DeleteFunc(docs, func(d *request.Document) bool { return !box.Listed(d) })
	if only == nil {
		docs = append(docs, box.JoinedElsewhere(lists)...)
	}
	now := h.options.Now()
	var frames []Frame
	for first := true; first || len(docs) > 0; first = false {
		n := min(partRows, len(docs))
		piece := docs[:n]
		docs = docs[n:]
		part := protocol.Snapshot{Type: protocol.EventSnapshot, Reason: reason, Only: only, More: len(docs) > 0}
		if first && only == nil {
			part.Lists, part.Offers = box.Lists(), box.Offers(now)
		}
		if !part.More {
			part.Cursor = h.view.Cursor(h.revision)
		}
		frames = append(frames, Frame{Type: protocol.EventSnapshot, later: func() []byte {
			part.Requests = make([]*protocol.Request, len(piece))
			for i, d := range piece {
				part.Requests[i] = box.Row(d, now)
			}
			return encode(part)
		}})
	}
	return frames
}

// frame encodes what only one agent gets.
func frame(kind protocol.EventType, value any) Frame { return Frame{Type: kind, Data: encode(value)} }

// encode makes JSON of this package's own types, which hold nothing that JSON
// cannot.
func encode(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic("encode an event: " + err.Error())
	}
	return data
}
