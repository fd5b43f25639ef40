package site

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/port"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// StartTwo starts a runtime of two replicas that share an external etcd, with a
// snapshot in force. Each is a Site with its own URL; they have one issuer.
func StartTwo(t testing.TB, change ...func(*replica.Options)) (a, b *Site) {
	t.Helper()
	sites := StartOn(t, etcdtest.Start(t, 1), 2, change...)
	return sites[0], sites[1]
}

// StartOn starts a runtime of several replicas on a cluster, with a snapshot in
// force.
func StartOn(t testing.TB, cluster *etcdtest.Cluster, replicas int, change ...func(*replica.Options)) []*Site {
	t.Helper()
	issuer := Issuer(t)
	sites := make([]*Site, replicas)
	for n := range sites {
		s := &Site{T: t, Issuer: issuer, Options: replica.Options{
			Name: fmt.Sprint("site-", n), Etcd: replica.Etcd{Endpoints: cluster.Endpoints()},
			Addr: port.Reserve(t), MetricsAddr: "127.0.0.1:0",
			DrainTimeout: time.Minute, Version: "test", Log: slog.New(slog.DiscardHandler),
		}}
		for _, c := range change {
			c(&s.Options)
		}
		s.Run()
		sites[n] = s
	}
	sites[0].Program(sites[0].Config())
	for _, s := range sites {
		s.Eventually(func() bool { return s.Replica.Ready() == nil })
	}
	return sites
}
