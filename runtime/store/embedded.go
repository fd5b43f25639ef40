package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
)

// memberName and memberURL are written into the data directory at its birth. The one member talks to nobody, so the URL
// leads nowhere, and its scheme keeps etcd from resolving it.
const memberName = "runtime"

var memberURL = url.URL{Scheme: "unix", Host: "embedded:1"}

// engine is etcd in this process: one member that listens on nothing, reached by calls.
type engine struct {
	etcd   *embed.Etcd
	client *clientv3.Client
	lock   *os.File
}

func startEmbedded(ctx context.Context, options Options) (*engine, error) {
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the data directory: %w", err)
	}
	lock, err := lockDir(options.Dir)
	if err != nil {
		return nil, err
	}
	etcd, err := embed.StartEtcd(embeddedConfig(options))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the embedded etcd on %s: %w", options.Dir, err), lock.Close())
	}
	e := &engine{etcd: etcd, lock: lock}
	select {
	case <-etcd.Server.ReadyNotify():
	case <-etcd.Server.StopNotify():
		return nil, errors.Join(fmt.Errorf("the embedded etcd on %s stopped while starting: see its log", options.Dir), e.close())
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("start the embedded etcd on %s: %w", options.Dir, ctx.Err()), e.close())
	}
	e.client = v3client.New(etcd.Server)
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

	config.QuotaBackendBytes = options.QuotaBytes
	config.AutoCompactionRetention = "0" // off: see Compact
	config.MaxTxnOps = maxTxnOps
	config.ZapLoggerBuilder = embed.NewZapLoggerBuilder(engineLogger(options.Logger))
	return config
}

func (e *engine) close() error {
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
