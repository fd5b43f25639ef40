// Package etcdtest runs real etcd clusters for tests: each member is a process of its own, with its own log on the disk, that
// can be killed and started again. Importing the package is enough: the test binary is also the program.
package etcdtest

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/pullmode/operator/runtime/internal/port"
)

// Cluster is one etcd cluster. Its methods fail the test where they cannot do what they are asked.
type Cluster struct {
	t       testing.TB
	scheme  string
	Members []*Member
	tls     *TLS
}

// patience is how long a cluster may take for what it does by itself.
const patience = 2 * time.Minute

// Start runs a cluster of one member or of three, and waits until it has a leader. It ends with the test. Flags are given
// to every member in addition to its own.
func Start(t testing.TB, members int, flags ...string) *Cluster {
	t.Helper()
	return start(t, members, nil, flags)
}

// StartTLS is Start with members that ask for certificates of the clients, and show their own.
func StartTLS(t testing.TB, members int, certificates TLS, flags ...string) *Cluster {
	t.Helper()
	return start(t, members, &certificates, flags)
}

func start(t testing.TB, members int, certificates *TLS, flags []string) *Cluster {
	t.Helper()
	c := &Cluster{t: t, scheme: "http", tls: certificates}
	if certificates != nil {
		c.scheme = "https"
		flags = append(certificates.flags(), flags...)
	}
	dir := t.TempDir()
	var cluster []string
	for i := range members {
		m := &Member{
			t: t, Name: fmt.Sprint("m", i), dir: filepath.Join(dir, fmt.Sprint("m", i)),
			Endpoint: c.scheme + "://" + port.Reserve(t), peer: "http://" + port.Reserve(t),
		}
		cluster = append(cluster, m.Name+"="+m.peer)
		c.Members = append(c.Members, m)
	}
	for _, m := range c.Members {
		m.flags = append([]string{"--initial-cluster=" + strings.Join(cluster, ",")}, flags...)
		m.Start()
		t.Cleanup(m.end)
	}
	c.Leader()
	return c
}

// Endpoints are the addresses for clients.
func (c *Cluster) Endpoints() []string {
	endpoints := make([]string, len(c.Members))
	for i, m := range c.Members {
		endpoints[i] = m.Endpoint
	}
	return endpoints
}

// Client is a client of the whole cluster, for what a test does beside what it tests.
func (c *Cluster) Client() *clientv3.Client {
	c.t.Helper()
	client := c.client(c.Endpoints())
	c.t.Cleanup(func() { _ = client.Close() })
	return client
}

func (c *Cluster) client(endpoints []string) *clientv3.Client {
	c.t.Helper()
	config := clientv3.Config{Endpoints: endpoints, Logger: zap.NewNop()}
	if c.tls != nil {
		config.TLS = c.tls.Client
	}
	client, err := clientv3.New(config)
	if err != nil {
		c.t.Fatal(err)
	}
	return client
}

// Leader waits until there is one, and returns it.
func (c *Cluster) Leader() *Member {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for ctx.Err() == nil {
		for _, m := range c.Members {
			if !m.Running() {
				continue
			}
			if s := c.status(ctx, m); s != nil && s.Leader != 0 && s.Leader == s.Header.MemberId {
				return m
			}
		}
	}
	c.t.Fatalf("etcd has no leader within %s", patience)
	return nil
}

// Back waits until a member that was started again has caught up with a leader: from then on the cluster can do without
// another one.
func (c *Cluster) Back(m *Member) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for ctx.Err() == nil {
		now, next := c.status(ctx, c.Leader()), c.status(ctx, m)
		if now != nil && next != nil && next.Leader == now.Header.MemberId && next.RaftIndex >= now.RaftIndex {
			return
		}
	}
	c.t.Fatalf("%s is not back within %s", m.Name, patience)
}

// status is what a member says of itself; nil where it does not answer.
func (c *Cluster) status(ctx context.Context, m *Member) *pb.StatusResponse {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	client := c.client([]string{m.Endpoint})
	defer client.Close()
	status, err := pb.NewMaintenanceClient(client.ActiveConnection()).Status(ctx, &pb.StatusRequest{})
	if err != nil {
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond): // it is starting
		}
		return nil
	}
	return status
}
