package store

import (
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// proposalOf is what etcd is asked: one transition as it is; several as nested transactions in one without a condition.
// etcd evaluates all their compares first, against the state before any of them, and then applies those that hold, all in
// one revision.
func proposalOf(root root, group []*transition) *pb.TxnRequest {
	if len(group) == 1 {
		return group[0].request(root)
	}
	outer := &pb.TxnRequest{Success: make([]*pb.RequestOp, len(group))}
	for i, t := range group {
		outer.Success[i] = &pb.RequestOp{Request: &pb.RequestOp_RequestTxn{RequestTxn: t.request(root)}}
	}
	return outer
}

func (t *transition) request(root root) *pb.TxnRequest {
	request := &pb.TxnRequest{
		Compare: make([]*pb.Compare, len(t.txn.Compares)),
		Failure: make([]*pb.RequestOp, len(t.txn.Compares)),
		Success: make([]*pb.RequestOp, len(t.txn.Ops)),
	}
	for i, c := range t.txn.Compares {
		key := root.engineKey(c.Key)
		request.Compare[i] = &pb.Compare{
			Key:         key,
			Target:      pb.Compare_MOD,
			Result:      pb.Compare_EQUAL,
			TargetUnion: &pb.Compare_ModRevision{ModRevision: c.Revision},
		}
		request.Failure[i] = &pb.RequestOp{Request: &pb.RequestOp_RequestRange{RequestRange: &pb.RangeRequest{Key: key}}}
	}
	for i, op := range t.txn.Ops {
		key := root.engineKey(op.key)
		if op.remove {
			request.Success[i] = &pb.RequestOp{Request: &pb.RequestOp_RequestDeleteRange{RequestDeleteRange: &pb.DeleteRangeRequest{Key: key}}}
			continue
		}
		put := &pb.PutRequest{Key: key, Value: op.value, Lease: int64(op.lease)}
		request.Success[i] = &pb.RequestOp{Request: &pb.RequestOp_RequestPut{RequestPut: put}}
	}
	return request
}

func outcomesOf(group []*transition, response *pb.TxnResponse) []outcome {
	revision := response.Header.Revision
	if len(group) == 1 {
		return []outcome{{result: group[0].resultOf(response, revision)}}
	}
	outcomes := make([]outcome, len(group))
	for i, t := range group {
		outcomes[i].result = t.resultOf(response.Responses[i].GetResponseTxn(), revision)
	}
	return outcomes
}

func (t *transition) resultOf(response *pb.TxnResponse, revision int64) Result {
	result := Result{Committed: response.Succeeded, Revision: revision}
	if result.Committed {
		return result
	}
	result.Current = make([]KV, len(t.txn.Compares))
	for i, c := range t.txn.Compares {
		result.Current[i].Key = c.Key
		if kvs := response.Responses[i].GetResponseRange().Kvs; len(kvs) == 1 {
			result.Current[i].Value, result.Current[i].Revision = kvs[0].Value, kvs[0].ModRevision
		}
	}
	return result
}

// proposalError tells what surely did not happen from what may have: only where etcd refuses before it proposes, or refuses
// to apply, is the outcome known.
func proposalError(err error) error {
	var known error
	switch rpctypes.Error(err) {
	case rpctypes.ErrNoSpace:
		known = ErrNoSpace
	case rpctypes.ErrRequestTooLarge:
		known = ErrTooLarge
	case rpctypes.ErrLeaseNotFound:
		known = ErrLeaseNotFound
	case rpctypes.ErrEmptyKey, rpctypes.ErrDuplicateKey, rpctypes.ErrTooManyOps:
		known = ErrInvalid
	default:
		return fmt.Errorf("commit: %w: %w", ErrUnknownOutcome, err)
	}
	return fmt.Errorf("commit: %w", known)
}
