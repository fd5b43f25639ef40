package overview

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Finding is what a condition says of an object.
type Finding struct {
	Kind    string                   `json:"kind"`
	Name    string                   `json:"name"`
	Reason  v1alpha1.ConditionReason `json:"reason"`
	Message string                   `json:"message"`
}

// conditioned is an object of any of our kinds.
type conditioned interface {
	metav1.Object
	CommonStatus() *v1alpha1.ObjectStatus
}

// judge reads the conditions of all objects.
func (v *Overview) judge(objects *cluster.Objects) {
	judge(v, snapshot.KindRuntime, objects.Runtimes)
	judge(v, snapshot.KindMediaRoutingDomain, objects.MediaRoutingDomains)
	judge(v, snapshot.KindList, objects.Worklists)
	judge(v, snapshot.KindChannel, objects.Channels)
	judge(v, snapshot.KindSubscription, objects.AgentSubscriptions)
	v.Ready = v.ReadyObjects == v.Objects
}

func judge[T any, O interface {
	*T
	conditioned
}](v *Overview, kind string, items []T) {
	for i := range items {
		o := O(&items[i])
		status := o.CommonStatus()
		v.Objects++
		find := func(where *[]Finding, c *metav1.Condition) {
			*where = append(*where, Finding{Kind: kind, Name: o.GetName(), Reason: v1alpha1.ConditionReason(c.Reason), Message: c.Message})
		}
		if ready(o.GetGeneration(), status) {
			v.ReadyObjects++
		} else {
			find(&v.NotReady, unready(o.GetGeneration(), status))
		}
		for _, c := range status.Conditions {
			if remarkable(&c) {
				find(&v.Remarks, &c)
			}
		}
	}
}

func ready(generation int64, status *v1alpha1.ObjectStatus) bool {
	c := meta.FindStatusCondition(status.Conditions, string(v1alpha1.ConditionReady))
	return c != nil && c.Status == metav1.ConditionTrue && c.ObservedGeneration == generation
}

// unready is the condition that says why; one of our own where nobody has looked yet.
func unready(generation int64, status *v1alpha1.ObjectStatus) *metav1.Condition {
	c := meta.FindStatusCondition(status.Conditions, string(v1alpha1.ConditionReady))
	switch {
	case c == nil:
		return &metav1.Condition{Reason: string(v1alpha1.ReasonPending), Message: "The operator has not looked at it yet: if that stays so, see that the operator runs and looks after this namespace."}
	case c.ObservedGeneration != generation:
		return &metav1.Condition{Reason: string(v1alpha1.ReasonPending), Message: "The operator has not looked at its last change yet: if that stays so, see that the operator runs."}
	}
	return c
}

// remarkable tells whether a condition says something beside Ready: a warning, or an
// error condition, which is there only while it is true.
func remarkable(c *metav1.Condition) bool {
	if c.Status != metav1.ConditionTrue {
		return false
	}
	switch v1alpha1.ConditionType(c.Type) {
	case v1alpha1.ConditionAccepted:
		return c.Reason != string(v1alpha1.ReasonAccepted)
	case v1alpha1.ConditionResolvedRefs:
		return c.Reason != string(v1alpha1.ReasonResolvedRefs)
	case v1alpha1.ConditionReady: // whose other warnings are those of the two
		return c.Reason == string(v1alpha1.ReasonIssuerUnreachable)
	}
	return c.Type == string(v1alpha1.ConditionDegraded) // Stalled says why something is not ready, and Draining what the lists show
}

// group is what is said of several objects alike: a runtime that is missing is a reason
// that every object has.
type group struct {
	Finding
	// names are by kind, in the order in which they came.
	kinds []string
	names map[string][]string
}

func grouped(findings []Finding) []*group {
	type what struct {
		message string
		reason  v1alpha1.ConditionReason
	}
	by := map[what]*group{}
	var groups []*group
	for _, f := range findings {
		g := by[what{f.Message, f.Reason}]
		if g == nil {
			g = &group{Finding: f, names: map[string][]string{}}
			by[what{f.Message, f.Reason}] = g
			groups = append(groups, g)
		}
		if g.names[f.Kind] == nil {
			g.kinds = append(g.kinds, f.Kind)
		}
		g.names[f.Kind] = append(g.names[f.Kind], f.Name)
	}
	return groups
}
