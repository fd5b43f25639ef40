package inbox

import (
	"cmp"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/view"
)

// Alert is the request's alert, if it stands for the agent (N4 to N6); nil
// otherwise.
func (b *Inbox) Alert(d *request.Document) *protocol.Alert {
	e := b.view.Request(d.ID)
	if e == nil || e.Doc.Alert.Generation != d.Alert.Generation {
		return nil // it has been raised again since d, which is an event of its own
	}
	return b.alert(d, e.AlertRevision)
}

// Alerts are the requests whose alerts stand for the agent, in the order in which
// they were raised.
func (b *Inbox) Alerts(now time.Time) []*protocol.Request {
	type alerted struct {
		*view.Entry
		alert *protocol.Alert
	}
	var standing []alerted
	b.view.Walk(b.SubscribedLists(), "", func(e *view.Entry, _ *keyspace.CustomerRecord) bool {
		if alert := b.alert(e.Doc, e.AlertRevision); alert != nil {
			standing = append(standing, alerted{e, alert})
		}
		return true
	})
	slices.SortFunc(standing, func(x, y alerted) int {
		return cmp.Or(cmp.Compare(x.AlertRevision, y.AlertRevision), cmp.Compare(x.Doc.ID, y.Doc.ID))
	})
	rows := make([]*protocol.Request, len(standing))
	for i, e := range standing {
		rows[i] = b.Row(e.Doc, now)
		rows[i].Alert = e.alert // as it stood then: the view has gone on
	}
	return rows
}

// alert judges the alert that was raised at a revision.
func (b *Inbox) alert(d *request.Document, raised int64) *protocol.Alert {
	since, subscribed := b.Subscribed(d.List)
	role := b.access[d.List].Role
	dismissed := b.known.Dismissed
	switch {
	case raised == 0 || !subscribed || raised <= since: // N1
	case !d.Alerts(b.agent.Name, role): // N6
	case b.grab(d) && role == snapshot.Admin: // N11, by the policy of now
	case raised <= dismissed.Until || d.Alert.Generation <= dismissed.Some[d.ID]: // N5
	default:
		return &protocol.Alert{Generation: d.Alert.Generation, RaisedAt: d.Alert.At}
	}
	return nil
}
