package store

import (
	"context"
	"io"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// engine is etcd, in this process (embedded) or elsewhere (external). Everything above it is the same for both.
type engine interface {
	// propose has one proposal decided, and is never repeated by the engine: whoever gets no answer must be told so.
	propose(ctx context.Context, proposal *pb.TxnRequest) (*pb.TxnResponse, error)
	// read and stream are linearizable. An external engine repeats them over a change of leader.
	read(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error)
	// stream hands a range to fn piece by piece, so that data of any size takes little memory.
	stream(ctx context.Context, request *pb.RangeRequest, fn func([]*mvccpb.KeyValue) error) error
	// compact forgets what came before a revision; that it is forgotten already is no error.
	compact(ctx context.Context, revision int64) error
	// usage is how many bytes the data takes, and how many it may.
	usage(ctx context.Context) (used, quota int64, err error)
	// leases is the engine's own face of them, and watcher that of watches.
	leases() pb.LeaseClient
	watcher() clientv3.Watcher
	// shared reports whether others, whose keys are not ours, may write to the engine, too.
	shared() bool
	// backup, restore and proven are of a directory of our own; an external engine answers ErrExternal.
	backup(w io.Writer) error
	restore(ctx context.Context, backup io.Reader) error
	proven() error
	close() error
}
