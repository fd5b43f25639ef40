package store

import (
	"context"
	"fmt"
	"slices"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// Usage reports how many bytes of the quota the data takes. What a Compact has freed is used again, so it is not counted.
// Errors: ErrClosed, ctx's.
func (s *Store) Usage(ctx context.Context) (used, quota int64, err error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer leave()
	status, err := s.engine.client.Status(ctx, "")
	if err != nil {
		return 0, 0, fmt.Errorf("read the store's usage: %w", reason(ctx, err))
	}
	return status.DbSizeInUse, s.quota, nil
}

// full is the engine's own word for that it accepts no writes; empty while it does.
func (s *Store) full() []*pb.AlarmMember {
	return slices.DeleteFunc(s.engine.etcd.Server.Alarms(), func(alarm *pb.AlarmMember) bool {
		return alarm.Alarm != pb.AlarmType_NOSPACE
	})
}

// reclaim lets a store that was full (ErrNoSpace) accept writes again if there is room: what was deleted and compacted is
// room only once the file is rewritten without it. The engine answers nobody meanwhile, about a second for each 100 MB; a
// full store has little to lose by it.
func (s *Store) reclaim(ctx context.Context) error {
	server := s.engine.etcd.Server
	for _, alarm := range s.full() {
		backend := server.Backend()
		if backend.Size() >= s.quota && backend.SizeInUse() < s.quota {
			s.logger.Warn("the store is full: rewriting its file without what was deleted", "bytes", backend.Size(), "inUse", backend.SizeInUse())
			if err := backend.Defrag(); err != nil {
				return fmt.Errorf("rewrite the store's file: %w", err)
			}
		}
		if backend.Size() >= s.quota {
			continue
		}
		if _, err := server.Alarm(ctx, &pb.AlarmRequest{Action: pb.AlarmRequest_DEACTIVATE, Alarm: alarm.Alarm, MemberID: alarm.MemberID}); err != nil {
			return fmt.Errorf("accept writes again: %w", reason(ctx, err))
		}
		s.logger.Info("the store has room again", "bytes", backend.Size(), "quota", s.quota)
	}
	return nil
}
