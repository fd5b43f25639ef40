package command

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// found is a request as it was found: its document, and the key and revision that
// a change of it compares with. Without a document it is a slot that holds none.
type found struct {
	doc      *request.Document
	key      string
	revision int64
	// current says that it stood like this when the command was already on its
	// way. What is found in the view may be older.
	current bool
}

func slotOf(e *view.Entry) found {
	if e == nil {
		return found{}
	}
	return found{doc: e.Doc, key: e.Key, revision: e.Revision}
}

// foundIn is what a key of the store holds.
func foundIn(kv store.KV) (found, error) {
	at := found{key: kv.Key, revision: kv.Revision, current: true}
	if kv.Revision == 0 {
		return at, nil
	}
	at.doc = &request.Document{}
	if err := json.Unmarshal(kv.Value, at.doc); err != nil {
		return found{}, ofStore(fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err))
	}
	return at, nil
}

// find looks for a request: an open one in the view, any other in the store.
func (x *Executor) find(ctx context.Context, id string) (found, error) {
	if e := x.View.Request(id); e != nil {
		return slotOf(e), nil
	}
	at, err := x.findClosed(ctx, id)
	at.current = at.doc != nil // that there is none may be news that the view has not had
	return at, err
}

func (x *Executor) findClosed(ctx context.Context, id string) (found, error) {
	kv, err := x.Store.Get(ctx, keyspace.Closed(id))
	if err != nil {
		return found{}, ofStore(err)
	}
	return foundIn(kv)
}

// findCurrent looks for a request in a view that shows everything that anybody
// was told before.
func (x *Executor) findCurrent(ctx context.Context, id string) (found, error) {
	if err := x.catchUp(ctx); err != nil {
		return found{}, err
	}
	at, err := x.find(ctx, id)
	at.current = true
	return at, err
}

// findAfter is what has become of a request whose key holds kv now: somebody else
// was faster.
func (x *Executor) findAfter(ctx context.Context, id string, kv store.KV) (found, error) {
	at, err := foundIn(kv)
	if err != nil {
		return found{}, err
	}
	if at.doc == nil || at.doc.ID != id { // closed, and its slot may have a newer incarnation
		return x.findClosed(ctx, id)
	}
	return at, nil
}

func put(key string, value any) store.Op { return store.Put(key, encode(value)) }

// encode writes the records of this package's own types, which hold nothing that
// JSON cannot.
func encode(value any) []byte {
	b, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", value, err))
	}
	return b
}

// reread fetches what a Txn compares, after a commit whose outcome is unknown.
func reread(ctx context.Context, s Store, txn store.Txn) (store.Result, error) {
	result := store.Result{Current: make([]store.KV, len(txn.Compares))}
	for i, compare := range txn.Compares {
		kv, err := s.Get(ctx, compare.Key)
		if err != nil {
			return store.Result{}, err
		}
		result.Current[i] = kv
		result.Revision = max(result.Revision, kv.Revision)
	}
	return result, nil
}
