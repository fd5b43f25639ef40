package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3rpc"
	"go.etcd.io/etcd/server/v3/proxy/grpcproxy/adapter"
	"google.golang.org/grpc"
)

// memberName and memberURL are written into the data directory at its birth. The one member talks to nobody, so the URL
// leads nowhere, and its scheme keeps etcd from resolving it.
const memberName = "runtime"

var memberURL = url.URL{Scheme: "unix", Host: "embedded:1"}

// embedded is etcd in this process: one member that listens on nothing, reached by calls.
type embedded struct {
	etcd   *embed.Etcd
	kv     pb.KVServer
	client *clientv3.Client
	lease  pb.LeaseClient
	lock   *os.File

	options   Options
	restoring sync.Mutex
	reading   sync.RWMutex // by backups; to rewrite the file is to write
}

func startEmbedded(ctx context.Context, options Options) (*embedded, error) {
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the data directory: %w", err)
	}
	lock, err := lockDir(options.Dir)
	if err != nil {
		return nil, err
	}
	if err := swapIn(options.Dir, options.Logger); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	if err := setStillbornAside(options.Dir, options.Logger); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	etcd, err := embed.StartEtcd(embeddedConfig(options))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the embedded etcd on %s: %w", options.Dir, err), lock.Close())
	}
	e := &embedded{etcd: etcd, lock: lock, options: options}
	select {
	case <-etcd.Server.ReadyNotify():
	case <-etcd.Server.StopNotify():
		return nil, errors.Join(fmt.Errorf("the embedded etcd on %s stopped while starting: see its log", options.Dir), e.close())
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("start the embedded etcd on %s: %w", options.Dir, context.Cause(ctx)), e.close())
	}
	e.kv = v3rpc.NewQuotaKVServer(etcd.Server)
	e.client = v3client.New(etcd.Server)
	e.lease = adapter.LeaseServerToLeaseClient(v3rpc.NewQuotaLeaseServer(etcd.Server))
	if err := e.begin(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the embedded etcd on %s: %w", options.Dir, err), e.close())
	}
	return e, nil
}

func embeddedConfig(options Options) *embed.Config {
	config := embed.NewConfig()
	config.Name = memberName
	config.Dir = options.Dir

	// No listener at all: no port, no socket file, nothing to secure, and no limit on the length of the directory's path.
	config.ListenPeerUrls, config.ListenClientUrls, config.ListenClientHttpUrls = nil, nil, nil
	config.AdvertisePeerUrls = []url.URL{memberURL}
	config.AdvertiseClientUrls = []url.URL{memberURL}
	config.InitialCluster = config.InitialClusterFromName(memberName)
	config.EnableGRPCGateway = false
	config.AuthToken = "" // nobody to authenticate

	config.QuotaBackendBytes = options.QuotaBytes
	config.AutoCompactionRetention = "0" // off: see Compact
	config.MaxTxnOps = maxTxnOps
	config.SnapshotCatchUpEntries = catchUpEntries
	config.ZapLoggerBuilder = embed.NewZapLoggerBuilder(engineLogger(options.Logger))
	return config
}

// begin tidies up after the process that had the directory before: nobody else can have been elected (see Elect), so that a
// restart need not wait until its leases run out.
func (e *embedded) begin(ctx context.Context) error {
	if err := e.reclaim(ctx); err != nil {
		return err
	}
	_, err := e.kv.DeleteRange(ctx, &pb.DeleteRangeRequest{Key: embeddedRoot.engineKey(elections), RangeEnd: embeddedRoot.end(elections)})
	return err
}

func (e *embedded) propose(ctx context.Context, proposal *pb.TxnRequest) (*pb.TxnResponse, error) {
	return e.kv.Txn(ctx, proposal)
}

func (e *embedded) read(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error) {
	return e.kv.Range(ctx, request)
}

func (e *embedded) leases() pb.LeaseClient    { return e.lease }
func (e *embedded) watcher() clientv3.Watcher { return e.client }
func (e *embedded) shared() bool              { return false }

// stream, unlike pages with a limit, does not count the whole rest of the range for every piece, which would make the reading
// of a million keys quadratic.
func (e *embedded) stream(ctx context.Context, request *pb.RangeRequest, fn func([]*mvccpb.KeyValue) error) error {
	sink := &rangeSink{ctx: ctx, fn: fn}
	err := e.kv.RangeStream(request, sink)
	if sink.err != nil {
		return sink.err // as fn gave it; the engine would turn it into a status
	}
	return err
}

// rangeSink receives the pieces of a stream in this process, where etcd expects a gRPC connection.
type rangeSink struct {
	grpc.ServerStream
	ctx context.Context
	fn  func([]*mvccpb.KeyValue) error
	err error
}

func (s *rangeSink) Context() context.Context { return s.ctx }

func (s *rangeSink) Send(piece *pb.RangeStreamResponse) error {
	s.err = s.fn(piece.RangeResponse.Kvs)
	return s.err
}

func (e *embedded) close() error {
	var err error
	if e.client != nil {
		err = e.client.Close()
		if errors.Is(err, context.Canceled) {
			err = nil // what a client without a connection always answers
		}
	}
	e.etcd.Close()
	return errors.Join(err, e.lock.Close())
}
