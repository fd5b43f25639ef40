package workload

import (
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/contest"
)

// errOverruled says that another operator wants a child otherwise, and that this
// one lets it: two that each put right what the other did would restart pods
// without end.
var errOverruled = errors.New("another operator wants it otherwise")

// rivals has, by RoutingRuntime, what became of the children that this operator
// applied. It is in memory only, and for one worker.
type rivals struct {
	of map[types.NamespacedName]map[string]*rivalry
}

func (r *rivals) forget(rt types.NamespacedName) { delete(r.of, rt) }

// rivalry is over one child.
type rivalry struct {
	// seen is the digest of the form in which this operator last saw it as wanted.
	seen   string
	losses contest.Losses
}

// overrule tells whether to let a child be as it is, and whether that is news. Only
// what another operator applied counts, which the digest shows: what others change
// is put right.
func (r *rivals) overrule(rt *v1alpha1.RoutingRuntime, wanted *unstructured.Unstructured, live client.Object, now time.Time) (yes, news bool) {
	key, child := client.ObjectKeyFromObject(rt), wanted.GetKind()+"/"+wanted.GetName()
	if r.of == nil {
		r.of = map[types.NamespacedName]map[string]*rivalry{}
	}
	if r.of[key] == nil {
		r.of[key] = map[string]*rivalry{}
	}
	if r.of[key][child] == nil {
		r.of[key][child] = &rivalry{}
	}
	own, digest := r.of[key][child], wanted.GetAnnotations()[appliedAnnotation]
	if live == nil {
		return false, false
	}
	switch applied := live.GetAnnotations()[appliedAnnotation]; {
	case applied == digest:
		own.seen = digest
		return false, false
	case applied != "" && own.seen == digest:
		news = own.losses.Replaced(digest, now)
	}
	own.seen = "" // it is counted, or this operator wants something else by now
	return own.losses.Conceded(digest, now), news
}
