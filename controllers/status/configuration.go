package status

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	apply "github.com/pullmode/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
)

// applyObject puts a status into the apply configuration of the object's kind.
func applyObject(object client.Object, s v1alpha1.ObjectStatus) runtime.ApplyConfiguration {
	at, in, common := object.GetName(), object.GetNamespace(), applyCommon(s)
	switch object.(type) {
	case *v1alpha1.MediaRoutingDomain:
		return apply.MediaRoutingDomain(at, in).WithStatus(&apply.MediaRoutingDomainStatusApplyConfiguration{ObjectStatusApplyConfiguration: common})
	case *v1alpha1.Worklist:
		return apply.Worklist(at, in).WithStatus(&apply.WorklistStatusApplyConfiguration{ObjectStatusApplyConfiguration: common})
	case *v1alpha1.Channel:
		return apply.Channel(at, in).WithStatus(&apply.ChannelStatusApplyConfiguration{ObjectStatusApplyConfiguration: common})
	case *v1alpha1.AgentSubscription:
		return apply.AgentSubscription(at, in).WithStatus(&apply.AgentSubscriptionStatusApplyConfiguration{ObjectStatusApplyConfiguration: common})
	default:
		return nil
	}
}

func applyRuntime(object client.Object, s v1alpha1.RoutingRuntimeStatus) runtime.ApplyConfiguration {
	status := &apply.RoutingRuntimeStatusApplyConfiguration{ObjectStatusApplyConfiguration: applyCommon(s.ObjectStatus)}
	if s.Snapshot != nil {
		status.WithSnapshot(apply.SnapshotStatus().WithSequence(s.Snapshot.Sequence).WithDigest(s.Snapshot.Digest))
	}
	for _, r := range s.Replicas {
		replica := apply.ReplicaStatus().WithName(r.Name).WithReady(r.Ready)
		if r.Digest != "" {
			replica.WithDigest(r.Digest).WithSequence(r.Sequence)
		}
		if r.Message != "" {
			replica.WithMessage(r.Message)
		}
		status.WithReplicas(replica)
	}
	for i := range s.Draining {
		status.WithDraining(applyDraining(&s.Draining[i]))
	}
	if s.OpenRequests != nil {
		status.WithOpenRequests(*s.OpenRequests)
	}
	return apply.RoutingRuntime(object.GetName(), object.GetNamespace()).WithStatus(status)
}

func applyDraining(l *v1alpha1.DrainingList) *apply.DrainingListApplyConfiguration {
	list := apply.DrainingList().WithList(l.List).WithPolicy(l.Policy).WithOpenRequests(l.OpenRequests)
	if l.TransferTo != "" {
		list.WithTransferTo(l.TransferTo)
	}
	if l.Since != nil {
		list.WithSince(*l.Since)
	}
	if l.Deadline != nil {
		list.WithDeadline(*l.Deadline)
	}
	return list
}

func applyCommon(s v1alpha1.ObjectStatus) apply.ObjectStatusApplyConfiguration {
	common := apply.ObjectStatus().WithObservedGeneration(s.ObservedGeneration)
	if s.ProgrammedGeneration > 0 {
		common.WithProgrammedGeneration(s.ProgrammedGeneration)
	}
	for i := range s.Conditions {
		common.WithConditions(applyCondition(&s.Conditions[i]))
	}
	return *common
}

func applyCondition(c *metav1.Condition) *applymeta.ConditionApplyConfiguration {
	return applymeta.Condition().
		WithType(c.Type).
		WithStatus(c.Status).
		WithObservedGeneration(c.ObservedGeneration).
		WithLastTransitionTime(c.LastTransitionTime).
		WithReason(c.Reason).
		WithMessage(c.Message)
}
