package store

import (
	"context"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Commit applies the transition if its compares hold. An error means that it did not happen, except ErrUnknownOutcome.
func (s *Store) Commit(ctx context.Context, txn Txn) (Result, error) {
	compares := make([]clientv3.Cmp, 0, len(txn.Compares))
	gets := make([]clientv3.Op, 0, len(txn.Compares))
	for _, c := range txn.Compares {
		compares = append(compares, clientv3.Compare(clientv3.ModRevision(root+c.Key), "=", c.Revision))
		gets = append(gets, clientv3.OpGet(root+c.Key))
	}
	ops := make([]clientv3.Op, 0, len(txn.Ops))
	for _, op := range txn.Ops {
		if op.remove {
			ops = append(ops, clientv3.OpDelete(root+op.key))
			continue
		}
		ops = append(ops, clientv3.OpPut(root+op.key, string(op.value), clientv3.WithLease(clientv3.LeaseID(op.lease))))
	}
	response, err := s.client.Txn(ctx).If(compares...).Then(ops...).Else(gets...).Commit()
	if err != nil {
		return Result{}, err
	}
	result := Result{Committed: response.Succeeded, Revision: response.Header.Revision}
	if !response.Succeeded {
		for i, r := range response.Responses {
			kv := KV{Key: txn.Compares[i].Key}
			if kvs := r.GetResponseRange().Kvs; len(kvs) == 1 {
				kv.Value, kv.Revision = kvs[0].Value, kvs[0].ModRevision
			}
			result.Current = append(result.Current, kv)
		}
	}
	return result, nil
}
