package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// probe has the cluster judge the largest proposals that will ever be made, none of which writes anything: one with as many
// operations, and one with as many bytes. Whatever is wrong (addresses, certificates, rights, limits) is known at the start,
// and not with the first busy hour.
func (e *external) probe(ctx context.Context, root root, endpoints []string) error {
	never := []Compare{{Key: "meta/probe", Revision: 1}} // 1 is the revision of an etcd without keys
	group := make([]*transition, maxGroup)
	for i := range group {
		group[i] = &transition{txn: Txn{Compares: never, Ops: []Op{Put("meta/probe/"+strconv.Itoa(i), nil)}}}
	}
	for i := 1; i < MaxOps; i++ {
		group[0].txn.Ops = append(group[0].txn.Ops, Put("meta/probe/0/"+strconv.Itoa(i), nil))
	}
	large := &transition{txn: Txn{Compares: never, Ops: []Op{Put("meta/probe", make([]byte, MaxTransitionBytes))}}}
	for _, proposal := range [][]*transition{group, {large}} {
		_, err := patiently(ctx, func(ctx context.Context) (any, error) { return e.kv.Txn(ctx, proposalOf(root, proposal)) })
		if err != nil {
			return fmt.Errorf("use etcd at %s: %w: %s", strings.Join(endpoints, ", "), reason(ctx, err), advice(err))
		}
	}
	return nil
}

// advice is what to do about a probe that failed.
func advice(err error) string {
	switch engine := rpctypes.Error(err); {
	case errors.Is(engine, rpctypes.ErrTooManyOps):
		return fmt.Sprintf("start its members with --max-txn-ops=%d, etcd's default, or more", maxTxnOps)
	case errors.Is(engine, rpctypes.ErrRequestTooLarge):
		return "start its members with --max-request-bytes=1572864, etcd's default, or more"
	case errors.Is(engine, rpctypes.ErrPermissionDenied), errors.Is(engine, rpctypes.ErrUserEmpty):
		return "grant the user of the client certificate readwrite on the prefix"
	case errors.Is(engine, rpctypes.ErrNoSpace):
		return "defragment its members and disarm the alarm, or raise their --quota-backend-bytes"
	}
	return "check that the endpoints are those of its members, that they have a leader, and that each side trusts the other's certificate"
}
