package status

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/notice"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/snapshot"
)

// runtime is the status that a RoutingRuntime should have. While nobody answers,
// what was last known of the store stands; replicas are always those of now.
func (f *facts) runtime(v compile.Verdict, present v1alpha1.RoutingRuntimeStatus, now metav1.Time) v1alpha1.RoutingRuntimeStatus {
	wanted := v1alpha1.RoutingRuntimeStatus{ObjectStatus: f.object(v, present.ObjectStatus, now)}
	if f.Runtime == nil || f.outranked(v) {
		return wanted
	}
	wanted.Snapshot, wanted.OpenRequests, wanted.Draining = present.Snapshot, present.OpenRequests, present.Draining
	if r := program.Newest(f.Readings); r != nil {
		newest := r.Report
		wanted.Snapshot = nil
		if newest.Digest != "" {
			wanted.Snapshot = &v1alpha1.SnapshotStatus{Sequence: newest.Sequence, Digest: newest.Digest}
		}
		wanted.OpenRequests = ptr.To(open(newest))
		wanted.Draining = draining(f.Served, newest)
	}
	if len(wanted.Draining) > 0 {
		wanted.Conditions = append(wanted.Conditions, condition(v1alpha1.ConditionDraining, drains(wanted.Draining), v.Generation, present.Conditions, now))
	}
	for _, r := range f.Readings {
		wanted.Replicas = append(wanted.Replicas, f.replica(r))
	}
	return wanted
}

func open(report *snapshot.Report) int64 {
	n := int64(0)
	for _, l := range report.Lists {
		n += l.Open
	}
	return n
}

func (f *facts) replica(r program.Reading) v1alpha1.ReplicaStatus {
	s := v1alpha1.ReplicaStatus{Name: r.Name, Ready: r.Ready}
	if r.Report != nil {
		s.Digest, s.Sequence = r.Report.Digest, r.Report.Sequence
	}
	switch {
	case r.Report == nil:
		s.Message = "Its admin port " + r.Silence() + "."
	case r.Report.StoreSilent:
		s.Message = "Its store does not answer."
	case f.Digest != "" && r.Report.Digest == "":
		s.Message = "It serves no snapshot yet."
	case f.Digest != "" && r.Report.Digest != f.Digest:
		s.Message = "It serves another snapshot than the wanted one."
	}
	s.Message = notice.Shorten(s.Message, maxReplicaMessage)
	return s
}
