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

// open is a request's document and the revision that a change of it compares
// with. The zero value is a slot that holds none.
type open struct {
	doc      *request.Document
	key      string
	revision int64
}

func slotOf(e *view.Entry) open {
	if e == nil {
		return open{}
	}
	return open{doc: e.Doc, key: e.Key, revision: e.Revision}
}

func openOf(kv store.KV) (open, error) {
	if kv.Revision == 0 {
		return open{}, nil
	}
	doc, err := decode(kv)
	return open{doc: doc, key: kv.Key, revision: kv.Revision}, err
}

func decode(kv store.KV) (*request.Document, error) {
	doc := &request.Document{}
	if err := json.Unmarshal(kv.Value, doc); err != nil {
		return nil, ofStore(fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err))
	}
	return doc, nil
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
func reread(ctx context.Context, s *store.Store, txn store.Txn) (store.Result, error) {
	result := store.Result{Current: make([]store.KV, len(txn.Compares))}
	for i, compare := range txn.Compares {
		kv, err := s.Get(ctx, compare.Key)
		if err != nil {
			return store.Result{}, err
		}
		result.Current[i] = kv
	}
	return result, nil
}

// closedDocument finds a closed request; nil when there is none.
func (x *Executor) closedDocument(ctx context.Context, id string) (*request.Document, error) {
	kv, err := x.Store.Get(ctx, keyspace.Closed(id))
	if err != nil {
		return nil, ofStore(err)
	}
	if kv.Revision == 0 {
		return nil, nil
	}
	return decode(kv)
}
