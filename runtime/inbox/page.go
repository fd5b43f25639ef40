package inbox

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/view"
)

// Bounds of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// ErrUnknownList says that a query names a list that does not exist for the
// agent.
var ErrUnknownList = errors.New("there is no such list for this agent: see the lists of /v1/me")

// Query chooses requests. The zero value asks for the first page of the lists
// that the agent is subscribed to.
type Query struct {
	// Lists: only of these; empty means those that the agent is subscribed to.
	Lists []string
	// States: only in these; empty means every open state.
	States []request.State
	// Joined: only those that the agent is (or is not) a member of. Joined ones
	// are found on lists that the agent is no longer subscribed to, too.
	Joined *bool
	// Channels: only of these; empty means all.
	Channels []string
	// Online: only those whose customers are there (or not, as far as anybody has
	// said).
	Online *bool
	// Coverage: only those that are (or are not) looked after; empty means all.
	Coverage request.Coverage
	// Bucket: only those whose customers have waited that long; empty means all.
	Bucket request.Bucket
	// Limit is at most MaxLimit; 0 means DefaultLimit.
	Limit int
	// Continue is where the last page ended.
	Continue string
	// Now is the moment that waiting times are counted to.
	Now time.Time
}

// Page answers a query, oldest first.
func (b *Inbox) Page(q Query) (protocol.Page, error) {
	for _, list := range q.Lists {
		if _, ok := b.access[list]; !ok {
			return protocol.Page{}, ErrUnknownList
		}
	}
	docs, more := b.find(q)
	return b.page(q, docs, more), nil
}

// page shows what was found.
func (b *Inbox) page(q Query, docs []*request.Document, more bool) protocol.Page {
	page := protocol.Page{Requests: make([]*protocol.Request, 0, len(docs)), Cursor: b.Cursor()}
	for _, d := range docs {
		page.Requests = append(page.Requests, b.Row(d, q.Now))
	}
	if more {
		page.Continue = docs[len(docs)-1].ID
	}
	return page
}

// limit is how many requests a page has at most.
func (q Query) limit() int {
	if q.Limit <= 0 {
		return DefaultLimit
	}
	return min(q.Limit, MaxLimit)
}

func (b *Inbox) find(q Query) (docs []*request.Document, more bool) {
	if q.Joined != nil && *q.Joined {
		return b.findJoined(q)
	}
	lists := q.Lists
	if len(lists) == 0 {
		lists = b.SubscribedLists()
	}
	return b.walk(q, lists, b.Listed)
}

// walk finds the requests of the lists that are shown and match.
func (b *Inbox) walk(q Query, lists []string, shown func(*request.Document) bool) (docs []*request.Document, more bool) {
	b.view.Walk(unique(lists), q.Continue, func(e *view.Entry, customer *keyspace.CustomerRecord) bool {
		if !shown(e.Doc) || !b.matches(q, e.Doc, customer) {
			return true
		}
		if more = len(docs) == q.limit(); !more {
			docs = append(docs, e.Doc)
		}
		return !more
	})
	return docs, more
}

func (b *Inbox) findJoined(q Query) (docs []*request.Document, more bool) {
	for _, d := range b.view.Joined(b.agent.Name) {
		if d.ID > q.Continue && (len(q.Lists) == 0 || slices.Contains(q.Lists, d.List)) &&
			b.matches(q, d, b.view.Customer(d.Channel, d.Customer.ID)) {
			docs = append(docs, d)
		}
	}
	slices.SortFunc(docs, func(x, y *request.Document) int { return cmp.Compare(x.ID, y.ID) })
	if limit := q.limit(); len(docs) > limit {
		return docs[:limit], true
	}
	return docs, false
}

func (b *Inbox) matches(q Query, d *request.Document, customer *keyspace.CustomerRecord) bool {
	if (len(q.States) > 0 && !slices.Contains(q.States, d.State)) ||
		(len(q.Channels) > 0 && !slices.Contains(q.Channels, d.Channel)) ||
		(q.Joined != nil && *q.Joined != d.Member(b.agent.Name)) ||
		(q.Online != nil && *q.Online != (customer != nil && customer.Online)) {
		return false
	}
	if q.Bucket == "" && q.Coverage == "" {
		return true
	}
	a := b.attention(d, q.Now)
	return (q.Bucket == "" || q.Bucket == a.Bucket) && (q.Coverage == "" || q.Coverage == a.Coverage)
}

func unique(lists []string) []string {
	lists = slices.Clone(lists)
	slices.Sort(lists)
	return slices.Compact(lists)
}
