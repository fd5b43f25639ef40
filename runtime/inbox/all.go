package inbox

import (
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/view"
)

// All answers a query of somebody who runs the platform, oldest first: the open
// requests of every list, also of one that is deleted, whoever has them.
// ErrUnknownList says that a list that the query names is neither in the snapshot nor
// has had requests here.
func All(v *view.View, q Query) (protocol.Page, error) {
	b, lists := Of(v, Agent{}), v.Lists()
	for _, list := range q.Lists {
		if !slices.Contains(lists, list) && (b.config == nil || b.config.List(list) == nil) {
			return protocol.Page{}, ErrUnknownList
		}
	}
	if len(q.Lists) > 0 {
		lists = q.Lists
	}
	docs, more := b.walk(q, lists, func(*request.Document) bool { return true })
	return b.page(q, docs, more), nil
}
