package contract

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// fact is an event about a request that many desks are told of: it is read once, and
// each form that it takes is encoded once.
type fact struct {
	*protocol.Event
	config *snapshot.Index

	mu    sync.Mutex
	forms map[form][]*packet
}

// form is one of the ways in which desks are told of a fact.
type form struct {
	profile Profile
	as      string
}

// once gives the packets of a form, made by whoever needs them first.
func (f *fact) once(as form, make func() ([]*packet, error)) ([]*packet, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if packets, done := f.forms[as]; done {
		return packets, nil
	}
	packets, err := make()
	if err == nil {
		f.forms[as] = packets
	}
	return packets, err
}

// row is the fact as a list event of a type.
func (f *fact) row(p Profile, kind string) ([]*packet, error) {
	return f.once(form{p, kind}, func() ([]*packet, error) {
		return rowPacket(p, kind, rowOf(p, f.Request, f.config))
	})
}

func rowPacket(p Profile, kind string, row listRequest) ([]*packet, error) {
	e, err := listEventOf(p, kind, row)
	return []*packet{newPacket(rowEvent, e)}, err
}

// added is the fact as an array of one row: desks show it and do not ring.
func (f *fact) added(p Profile) ([]*packet, error) {
	return f.once(form{p, addRowsEvent}, func() ([]*packet, error) {
		return []*packet{newPacket(addRowsEvent, []listRequest{rowOf(p, f.Request, f.config)})}, nil
	})
}

// closed takes the row away.
func (f *fact) closed(p Profile) ([]*packet, error) {
	return f.once(form{p, closing}, func() ([]*packet, error) {
		r := f.Request
		if r == nil { // somebody else has it now
			r = bare(f.RequestID, f.List)
		}
		return closingPacket(p, r, f.config)
	})
}

func closingPacket(p Profile, r *protocol.Request, config *snapshot.Index) ([]*packet, error) {
	row := rowOf(p, r, config)
	row.Status = closing
	return rowPacket(p, stateChanged, row)
}

// said is a message in the conversation of a request.
func (f *fact) said(p Profile, r *protocol.Request) ([]*packet, error) {
	return f.once(form{p, happenedEvent}, func() ([]*packet, error) {
		t := talk{profile: p, session: sessionOf(p, r, f.config)}
		return t.packets(t.message(f.Message))
	})
}

// moved are the agents who came into the conversation of the request and who left it.
func (f *fact) moved(p Profile, came, left []string) ([]*packet, error) {
	return f.once(form{p, fmt.Sprint(happenedEvent, came, left)}, func() ([]*packet, error) {
		t := talk{profile: p, session: sessionOf(p, f.Request, f.config)}
		var events []cimEvent
		for _, agent := range came {
			events = append(events, t.member(agent, true, f.Version, f.At))
		}
		for _, agent := range left {
			events = append(events, t.member(agent, false, f.Version, f.At))
		}
		return t.packets(events)
	})
}

func (t talk) packets(events []cimEvent) ([]*packet, error) {
	packets := make([]*packet, len(events))
	for i, e := range events {
		p, err := t.packet(e)
		if err != nil {
			return nil, err
		}
		packets[i] = newPacket(happenedEvent, p)
	}
	return packets, nil
}

// keptFacts is how many facts are known again, at some 20 KB each. A frame reaches all
// desks within milliseconds; who is so far behind that it is not known any more reads
// it anew.
const keptFacts = 256

// facts knows frames of the feed again: those of one event are one slice of bytes,
// whichever desk they come to.
type facts struct {
	mu     sync.Mutex
	known  map[*byte]*fact
	oldest []*byte
}

func (fs *facts) of(frame hub.Frame, config *snapshot.Index) (*fact, error) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	name := &frame.Data[0]
	if f := fs.known[name]; f != nil {
		return f, nil
	}
	f := &fact{Event: &protocol.Event{}, config: config, forms: map[form][]*packet{}}
	if err := json.Unmarshal(frame.Data, f.Event); err != nil {
		return nil, fmt.Errorf("read a %s of the feed: %w", frame.Type, err)
	}
	if fs.known == nil {
		fs.known = map[*byte]*fact{}
	}
	if len(fs.oldest) == keptFacts {
		delete(fs.known, fs.oldest[0])
		fs.oldest = fs.oldest[1:]
	}
	fs.known[name], fs.oldest = f, append(fs.oldest, name)
	return f, nil
}
