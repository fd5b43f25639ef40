package replica_test

import (
	"errors"
	"testing"

	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// A replica whose etcd becomes another one under its feet ends, to begin again as what
// is there: it would take messages of which nobody is told.
func TestEtcdIsReplaced(t *testing.T) {
	cluster := etcdtest.Start(t, 1)
	o := replica.Options{Name: "a", Addr: "127.0.0.1:0"}
	o.Etcd.Endpoints = cluster.Endpoints()
	r, err := replica.Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cluster.Client().Put(ctx, "/pullmode/meta/epoch", "another"); err != nil {
		t.Error(err)
	}
	if err := r.Wait(); !errors.Is(err, store.ErrReplaced) {
		t.Errorf("it ends with %v", err)
	}
}
