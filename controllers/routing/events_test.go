package routing

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/pullmode/operator/controllers/secrets"
	"github.com/pullmode/operator/controllers/workload"
)

// counted counts what is asked of the API server itself.
type counted struct {
	client.Reader
	reads int
}

func (c *counted) Get(ctx context.Context, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	c.reads++
	return c.Reader.Get(ctx, key, into, opts...)
}

// A namespace that comes and goes leaves nothing behind: of a Secret that is
// deleted, no value stays in memory.
func TestADeletedSecretIsForgotten(t *testing.T) {
	secret := &corev1.Secret{}
	secret.Namespace, secret.Name = "care", "main-admin-client"
	secret.Labels = map[string]string{workload.LabelManagedBy: workload.ManagedBy}
	cluster := fake.NewClientBuilder().WithObjects(secret).Build()
	live := &counted{Reader: cluster}
	r := &Reconciler{Secrets: secrets.NewReader(cluster, live), HoldOff: time.Hour}
	read := func() int {
		t.Helper()
		if s, err := r.Secrets.Get(t.Context(), client.ObjectKeyFromObject(secret)); err != nil || s == nil {
			t.Fatalf("read %v, %v", s, err)
		}
		return live.reads
	}
	if first, second := read(), read(); first != 1 || second != 1 {
		t.Fatalf("%d and %d reads, want that one is enough while nothing changes", first, second)
	}
	q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[Namespace]())
	defer q.ShutDown()
	r.afterSecret().Delete(t.Context(), event.DeleteEvent{Object: secret}, q)
	if again := read(); again != 2 {
		t.Errorf("%d reads after it was deleted, want 2", again)
	}
}

// A burst waits for its end: nothing is compiled while its first change is held off.
func TestTheFirstOfABurstWaits(t *testing.T) {
	r := &Reconciler{HoldOff: time.Hour}
	q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[Namespace]())
	defer q.ShutDown()
	secret := &corev1.Secret{}
	secret.Namespace = "care"
	h := r.after(namespaceOf)
	h.Create(t.Context(), event.CreateEvent{Object: secret}, q)
	h.Update(t.Context(), event.UpdateEvent{ObjectOld: secret, ObjectNew: secret}, q)
	h.Delete(t.Context(), event.DeleteEvent{Object: secret}, q)
	if q.Len() != 0 {
		t.Errorf("%d namespaces are to be compiled at once, want none", q.Len())
	}
}
