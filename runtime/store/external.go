package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"
)

const (
	// keepAlive is how often a connection on which nothing comes is asked for a sign of life (gRPC's minimum), and
	// keepAliveTimeout when it is given up: a member whose machine is gone closes no connection.
	keepAlive        = 10 * time.Second
	keepAliveTimeout = 3 * time.Second

	// redialDelay bounds how long a member that is back goes unnoticed. gRPC's own bound is two minutes.
	redialDelay = 3 * time.Second
)

// external is an etcd cluster elsewhere, which other replicas use, too.
type external struct {
	client      *clientv3.Client
	kv          pb.KVClient
	lease       pb.LeaseClient
	maintenance pb.MaintenanceClient
	quota       int64 // if the cluster does not say its own
}

// startExternal finds out whether the cluster can be used; root is what our keys in it begin with.
func startExternal(ctx context.Context, options Options) (*external, root, error) {
	if options.Prefix == "" {
		options.Prefix = defaultPrefix
	}
	if !strings.HasSuffix(options.Prefix, "/") {
		options.Prefix += "/" // or it would be the beginning of somebody else's
	}
	if len(options.Prefix) > maxPrefix {
		return nil, "", fmt.Errorf("open the store: the prefix has %d bytes, at most %d: it is part of every key", len(options.Prefix), maxPrefix)
	}
	e, err := dialExternal(options)
	if err != nil {
		return nil, "", err
	}
	if err := e.probe(ctx, root(options.Prefix), options.Endpoints); err != nil {
		return nil, "", errors.Join(err, e.close())
	}
	return e, root(options.Prefix), nil
}

func dialExternal(options Options) (*external, error) {
	dial := []grpc.DialOption{grpc.WithConnectParams(grpc.ConnectParams{
		Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: redialDelay},
		MinConnectTimeout: redialDelay,
	})}
	if options.TLS != nil && strings.HasPrefix(options.Endpoints[0], "https:") { // of all, as etcd's client has it
		dial = append(dial, grpc.WithTransportCredentials(renewing{credentials.NewTLS(options.TLS()), options.TLS}))
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints:            options.Endpoints,
		DialKeepAliveTime:    keepAlive,
		DialKeepAliveTimeout: keepAliveTimeout,
		DialOptions:          dial,
		Logger:               engineLogger(options.Logger),
	})
	if err != nil {
		return nil, fmt.Errorf("reach etcd at %s: %w: check the endpoints", strings.Join(options.Endpoints, ", "), err)
	}
	return &external{
		client:      client,
		kv:          clientv3.RetryKVClient(client),
		lease:       clientv3.RetryLeaseClient(client),
		maintenance: pb.NewMaintenanceClient(client.ActiveConnection()),
		quota:       options.QuotaBytes,
	}, nil
}

// propose does not ask twice: the client repeats a proposal only where it was certainly never sent.
func (e *external) propose(ctx context.Context, proposal *pb.TxnRequest) (*pb.TxnResponse, error) {
	return e.kv.Txn(ctx, proposal)
}

func (e *external) read(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error) {
	return patiently(ctx, func(ctx context.Context) (*pb.RangeResponse, error) { return e.kv.Range(ctx, request) })
}

// pieceBytes is about how large a piece of a stream is. Each costs the cluster a walk over the index of all that comes after
// it, so they should be large; and they are held in memory on both sides, so not too large.
const pieceBytes = 8 << 20

// stream reads page by page, which every version of etcd can.
func (e *external) stream(ctx context.Context, request *pb.RangeRequest, fn func([]*mvccpb.KeyValue) error) error {
	for limit := int64(100); ; {
		request.Limit = limit
		piece, err := e.read(ctx, request)
		if err != nil {
			return err
		}
		if err := fn(piece.Kvs); err != nil {
			return err
		}
		if !piece.More {
			return nil
		}
		request.Key = append(piece.Kvs[len(piece.Kvs)-1].Key, 0)
		limit = max(1, min(10*limit, pieceBytes*limit/int64(proto.Size(piece))))
	}
}

func (e *external) compact(ctx context.Context, revision int64) error {
	_, err := patiently(ctx, func(ctx context.Context) (*pb.CompactionResponse, error) {
		return e.kv.Compact(ctx, &pb.CompactionRequest{Revision: revision})
	})
	if isCompacted(err) {
		return nil // by another replica, say
	}
	return rpctypes.Error(err)
}

// usage is that of one of the members: they hold the same. Only from etcd 3.6 on do they say what their quota is. It is asked
// for by who has something else to do, and does not wait for long.
func (e *external) usage(ctx context.Context) (used, quota int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, externalTimeout)
	defer cancel()
	status, err := patiently(ctx, func(ctx context.Context) (*pb.StatusResponse, error) {
		return e.maintenance.Status(ctx, &pb.StatusRequest{})
	})
	if err != nil {
		return 0, 0, err
	}
	if quota = status.DbSizeQuota; quota <= 0 {
		quota = e.quota
	}
	return status.DbSizeInUse, quota, nil
}

func (e *external) leases() pb.LeaseClient    { return patientLeases{e.lease} }
func (e *external) watcher() clientv3.Watcher { return e.client }
func (e *external) shared() bool              { return true }

func (e *external) close() error { return e.client.Close() }

// patientLeases repeats what asks for a lease: of one that is granted and not heard of, nobody makes use until it runs out.
type patientLeases struct{ pb.LeaseClient }

func (l patientLeases) LeaseGrant(ctx context.Context, request *pb.LeaseGrantRequest, _ ...grpc.CallOption) (*pb.LeaseGrantResponse, error) {
	return patiently(ctx, func(ctx context.Context) (*pb.LeaseGrantResponse, error) {
		return l.LeaseClient.LeaseGrant(ctx, request)
	})
}
