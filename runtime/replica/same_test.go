package replica_test

import (
	"errors"
	"testing"
	"time"

	"github.com/onsi/gomega"

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

// While its etcd does not answer, a replica says so to the operator, which cannot see
// it from outside, and goes on by itself when it is back.
func TestEtcdDoesNotAnswer(t *testing.T) {
	cluster := etcdtest.Start(t, 1)
	o := replica.Options{Name: "a", Addr: "127.0.0.1:0"}
	o.Etcd.Endpoints = cluster.Endpoints()
	r, err := replica.Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Stop(ctx); err != nil {
			t.Error(err)
		}
	}()
	for _, silent := range []bool{true, false} {
		if silent {
			cluster.Members[0].Pause()
		} else {
			cluster.Members[0].Resume()
		}
		gomega.NewWithT(t).Eventually(func() bool { return r.Report().StoreSilent }, time.Minute).Should(gomega.Equal(silent))
	}
}
