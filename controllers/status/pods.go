package status

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// missing says which pods a RoutingRuntime waits for; empty when for none.
func (f *facts) missing() string {
	wanted := int(ptr.Deref(f.Runtime.Spec.Replicas, 1))
	if len(f.ready) >= wanted {
		return ""
	}
	return fmt.Sprintf("%d of %d replicas are ready: %s.", len(f.ready), wanted, f.clue())
}

// clue is where to look for what keeps pods from being ready. A pod that is there
// knows best; without one, whatever could not be applied may be the cause.
func (f *facts) clue() string {
	for _, r := range f.Readings {
		if !r.Ready && r.Report != nil && r.Report.StoreSilent && r.Report.Store == snapshot.StoreEtcd {
			return fmt.Sprintf("the etcd of spec.storage.etcd does not answer replica %s, so see whether its members run, have a leader and are reached from there", r.Name)
		}
	}
	for _, r := range f.Readings {
		if !r.Ready {
			return "see why with kubectl describe pod " + r.Name
		}
	}
	if c := meta.FindStatusCondition(f.Runtime.Status.Conditions, string(v1alpha1.ConditionDegraded)); c != nil {
		return fmt.Sprintf("see the condition %s of RoutingRuntime %s", c.Type, f.Runtime.Name)
	}
	// Of a pod that waits for a node, a volume or its image nobody has told here: it has
	// no address yet.
	owner := "statefulset"
	if f.Runtime.Spec.Storage.Etcd != nil {
		owner = "deployment"
	}
	return fmt.Sprintf("see why with kubectl describe %s,pods -l app.kubernetes.io/instance=%s", owner, f.Runtime.Name)
}
