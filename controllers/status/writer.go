package status

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/meter"
	"github.com/pullmode/operator/controllers/notice"
	"github.com/pullmode/operator/runtime/snapshot"
)

// FieldManager owns every field that this package writes.
const FieldManager = "pullmode-routing"

// second is how finely the API keeps times.
const second = time.Second

// parallel is how many statuses are written at a time. A write takes the API
// server some milliseconds, to work and to wait for its disk. More would take too
// large a part of the 200 changes that it makes at a time by default, for all.
const parallel = 32

// Writer writes statuses by server-side apply, those only that differ from what
// the objects carry.
type Writer struct {
	Client client.Client
	// Live asks the API server itself.
	Live client.Reader
	// Events tells people of what has changed.
	Events events.EventRecorder
	Now    func() time.Time
}

// Write brings the statuses of a namespace's objects to what the verdicts and
// the facts say. It writes all that it can, also behind one that fails. An object
// that is gone by now needs no status, and one that settles gets none yet: again
// is when to look at it, 0 where there is none.
func (w *Writer) Write(ctx context.Context, objects compile.Input, verdicts []compile.Verdict, known Facts) (again time.Duration, err error) {
	f, now := look(known), metav1.NewTime(w.Now().Truncate(second)) // as the API keeps times
	var group errgroup.Group
	group.SetLimit(parallel)
	var told notice.Batch
	defer told.Tell(w.Events)
	present := index(objects)
	for _, v := range verdicts {
		object := present[name{v.Kind, v.Name}]
		if object == nil {
			continue
		}
		if settles(object, v, now) {
			again = Settling
			continue
		}
		if update := f.update(object, v, now); update != nil {
			group.Go(func() error {
				last, update, err := w.latest(ctx, f, object, v, update, now)
				if err != nil || update == nil {
					return err
				}
				written, err := w.apply(ctx, v, update)
				if written {
					told.Changed(last, owned(*common(last)).Conditions, update.conditions)
				}
				return err
			})
		}
	}
	return again, group.Wait()
}

// latest is the object as it is, and what is to be written to it, where there is
// something to tell of that: the cache may not have what was written a moment ago,
// and nothing is told twice. The update is nil where the object says it already, or
// is another one of that name by now.
func (w *Writer) latest(ctx context.Context, f *facts, object client.Object, v compile.Verdict, u *update, now metav1.Time) (client.Object, *update, error) {
	if !notice.Worth(object, owned(*common(object)).Conditions, u.conditions) {
		return object, u, nil
	}
	last := object.DeepCopyObject().(client.Object)
	if err := w.Live.Get(ctx, client.ObjectKeyFromObject(object), last); err != nil {
		return nil, nil, client.IgnoreNotFound(err)
	}
	if last.GetUID() != object.GetUID() {
		return nil, nil, nil
	}
	return last, f.update(last, v, now), nil
}

func (w *Writer) apply(ctx context.Context, v compile.Verdict, u *update) (written bool, err error) {
	err = w.Client.Status().Apply(ctx, u.apply, client.FieldOwner(FieldManager), client.ForceOwnership)
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("write the status of %s %s: %w", v.Kind, v.Name, err)
	}
	meter.StatusWritten(v.Kind)
	return true, nil
}

// update is a status to write: what to apply, and the conditions in it.
type update struct {
	apply      runtime.ApplyConfiguration
	conditions []metav1.Condition
}

// update is what to write; nil when the object says it already.
func (f *facts) update(object client.Object, v compile.Verdict, now metav1.Time) *update {
	if rt, ok := object.(*v1alpha1.RoutingRuntime); ok {
		present, wanted := ownedOfRuntime(rt.Status), f.runtime(v, rt.Status, now)
		if equality.Semantic.DeepEqual(wanted, present) {
			return nil
		}
		return &update{applyRuntime(object, wanted), wanted.Conditions}
	}
	present := *common(object)
	wanted := f.object(v, present, now)
	if equality.Semantic.DeepEqual(wanted, owned(present)) {
		return nil
	}
	return &update{applyObject(object, wanted), wanted.Conditions}
}

func common(object client.Object) *v1alpha1.ObjectStatus {
	return object.(interface{ CommonStatus() *v1alpha1.ObjectStatus }).CommonStatus()
}

// owned is the part of a status that this package writes: others may add
// conditions.
func owned(s v1alpha1.ObjectStatus) v1alpha1.ObjectStatus {
	conditions := s.Conditions
	s.Conditions = nil
	for _, t := range written {
		for _, c := range conditions {
			if c.Type == string(t) {
				s.Conditions = append(s.Conditions, c)
			}
		}
	}
	return s
}

func ownedOfRuntime(s v1alpha1.RoutingRuntimeStatus) v1alpha1.RoutingRuntimeStatus {
	return v1alpha1.RoutingRuntimeStatus{
		ObjectStatus: owned(s.ObjectStatus),
		Snapshot:     s.Snapshot,
		Replicas:     slices.SortedFunc(slices.Values(s.Replicas), func(a, b v1alpha1.ReplicaStatus) int { return cmp.Compare(a.Name, b.Name) }),
		OpenRequests: s.OpenRequests,
		Draining:     s.Draining,
	}
}

// index finds objects by the kind and name of their verdicts.
func index(objects compile.Input) map[name]client.Object {
	m := map[name]client.Object{}
	for i := range objects.Runtimes {
		put(m, snapshot.KindRuntime, &objects.Runtimes[i])
	}
	for i := range objects.MediaRoutingDomains {
		put(m, snapshot.KindMediaRoutingDomain, &objects.MediaRoutingDomains[i])
	}
	for i := range objects.Worklists {
		put(m, snapshot.KindList, &objects.Worklists[i])
	}
	for i := range objects.Channels {
		put(m, snapshot.KindChannel, &objects.Channels[i])
	}
	for i := range objects.AgentSubscriptions {
		put(m, snapshot.KindSubscription, &objects.AgentSubscriptions[i])
	}
	return m
}

func put(m map[name]client.Object, kind string, object client.Object) {
	m[name{kind, object.GetName()}] = object
}
