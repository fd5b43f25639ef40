package notice

import (
	"cmp"
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
)

// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

const (
	// Most is how many Events come of one write of a namespace's statuses. A Secret
	// that is deleted can concern hundreds of objects: the first ones tell what there
	// is to be done, and all of them have it in their conditions.
	Most = 50
	// maxNote is what the API takes.
	maxNote = 1024
)

// Batch gathers what changed in one go. It is safe for concurrent use.
type Batch struct {
	mu   sync.Mutex
	news []news
}

type news struct {
	notice
	object client.Object
}

// Changed notes that the conditions of an object have become others. Call it when
// they are written.
func (b *Batch) Changed(object client.Object, before, after []metav1.Condition) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range notices(object, before, after) {
		b.news = append(b.news, news{n, object})
	}
}

// Worth tells whether there is an Event in it that the conditions of an object become others.
func Worth(object client.Object, before, after []metav1.Condition) bool {
	return len(notices(object, before, after)) > 0
}

func notices(object client.Object, before, after []metav1.Condition) []notice {
	rt, ofRuntime := object.(*v1alpha1.RoutingRuntime)
	found := transitions(ofRuntime, before, after)
	if ofRuntime && ptr.Deref(rt.Spec.Replicas, 1) == 0 { // as it was told to
		found = slices.DeleteFunc(found, func(n notice) bool { return n.reason == string(v1alpha1.ReasonNoRuntime) })
	}
	return found
}

// Tell records what was noted: what is wrong first, and of many only so much.
func (b *Batch) Tell(recorder events.EventRecorder) {
	b.mu.Lock()
	defer b.mu.Unlock()
	slices.SortFunc(b.news, func(x, y news) int {
		// Warning comes after Normal in the alphabet.
		return cmp.Or(-cmp.Compare(x.kind, y.kind), cmp.Compare(x.reason, y.reason), cmp.Compare(x.object.GetName(), y.object.GetName()))
	})
	for _, n := range b.news[:min(len(b.news), Most)] {
		recorder.Eventf(n.object, nil, n.kind, n.reason, n.action, "%s", Shorten(n.note, maxNote))
	}
	b.news = nil
}
