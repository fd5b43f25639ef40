package store

import (
	"context"
	"fmt"
	"slices"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

func (e *embedded) usage(ctx context.Context) (used, quota int64, err error) {
	status, err := e.client.Status(ctx, "")
	if err != nil {
		return 0, 0, err
	}
	return status.DbSizeInUse, e.options.QuotaBytes, nil
}

// compact, on a full store, also has the freed room made usable.
func (e *embedded) compact(ctx context.Context, revision int64) error {
	full := len(e.full()) > 0
	_, err := e.kv.Compact(ctx, &pb.CompactionRequest{Revision: revision, Physical: full})
	if err != nil && !isCompacted(err) {
		return rpctypes.Error(err)
	}
	if full {
		return e.reclaim(ctx)
	}
	return nil
}

// full is the engine's own word for that it accepts no writes; empty while it does.
func (e *embedded) full() []*pb.AlarmMember {
	return slices.DeleteFunc(e.etcd.Server.Alarms(), func(alarm *pb.AlarmMember) bool {
		return alarm.Alarm != pb.AlarmType_NOSPACE
	})
}

// reclaim lets a store that was full (ErrNoSpace) accept writes again if there is room: what was deleted and compacted is
// room only once the file is rewritten without it. The engine answers nobody meanwhile, about a second for each 100 MB; a
// full store has little to lose by it. It would lose much if it were to wait for whoever reads a backup, so that comes first.
func (e *embedded) reclaim(ctx context.Context) error {
	if !e.reading.TryLock() {
		return nil // until the next Compact
	}
	defer e.reading.Unlock()
	server := e.etcd.Server
	for _, alarm := range e.full() {
		backend := server.Backend()
		if backend.Size() >= e.options.QuotaBytes && backend.SizeInUse() < e.options.QuotaBytes {
			e.options.Logger.Warn("the store is full: rewriting its file without what was deleted", "bytes", backend.Size(), "inUse", backend.SizeInUse())
			if err := backend.Defrag(); err != nil {
				return fmt.Errorf("rewrite the store's file: %w", err)
			}
		}
		if backend.Size() >= e.options.QuotaBytes {
			continue
		}
		if _, err := server.Alarm(ctx, &pb.AlarmRequest{Action: pb.AlarmRequest_DEACTIVATE, Alarm: alarm.Alarm, MemberID: alarm.MemberID}); err != nil {
			return fmt.Errorf("accept writes again: %w", reason(ctx, err))
		}
		e.options.Logger.Info("the store has room again", "bytes", backend.Size(), "quota", e.options.QuotaBytes)
	}
	return nil
}
