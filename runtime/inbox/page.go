package inbox

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
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
	limit := q.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	docs, more := b.find(q, min(limit, MaxLimit))
	page := protocol.Page{Requests: make([]*protocol.Request, 0, len(docs)), Cursor: b.Cursor()}
	for _, d := range docs {
		page.Requests = append(page.Requests, b.Row(d, q.Now))
	}
	if more {
		page.Continue = docs[len(docs)-1].ID
	}
	return page, nil
}

func (b *Inbox) find(q Query, limit int) (docs []*request.Document, more bool) {
	keep := func(d *request.Document) bool {
		return (len(q.States) == 0 || slices.Contains(q.States, d.State)) &&
			(q.Joined == nil || *q.Joined == d.Member(b.agent.Name)) &&
			(q.Bucket == "" || b.attention(d, q.Now).Bucket == q.Bucket)
	}
	if q.Joined == nil || !*q.Joined {
		lists := q.Lists
		if len(lists) == 0 {
			lists = b.SubscribedLists()
		}
		return b.view.Requests(unique(lists), keep, q.Continue, limit)
	}
	for _, d := range b.view.Joined(b.agent.Name) {
		if d.ID > q.Continue && keep(d) && (len(q.Lists) == 0 || slices.Contains(q.Lists, d.List)) {
			docs = append(docs, d)
		}
	}
	slices.SortFunc(docs, func(x, y *request.Document) int { return cmp.Compare(x.ID, y.ID) })
	if len(docs) > limit {
		return docs[:limit], true
	}
	return docs, false
}

func unique(lists []string) []string {
	lists = slices.Clone(lists)
	slices.Sort(lists)
	return slices.Compact(lists)
}

// Row shows one request as it needs attention now.
func (b *Inbox) Row(d *request.Document, now time.Time) *protocol.Request {
	r := protocol.FromDocument(d)
	if d.Open() {
		a := b.attention(d, now)
		r.Attention = &a
	}
	return r
}

func (b *Inbox) attention(d *request.Document, now time.Time) request.Attention {
	if b.config != nil {
		if l := b.config.List(d.List); l != nil {
			return d.Attend(now, l.SoonAfter.D(), l.OverdueAfter.D())
		}
	}
	// A member's request whose list is gone: the last bucket there is.
	return d.Attend(now, 0, 0)
}
