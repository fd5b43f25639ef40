package notice

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
)

func condition(kind v1alpha1.ConditionType, status metav1.ConditionStatus, reason v1alpha1.ConditionReason) []metav1.Condition {
	return []metav1.Condition{{Type: string(kind), Status: status, Reason: string(reason), Message: "what to do"}}
}

func ready1(status metav1.ConditionStatus, reason v1alpha1.ConditionReason) []metav1.Condition {
	return condition(v1alpha1.ConditionReady, status, reason)
}

func TestTransitions(t *testing.T) {
	const yes, no, unknown = metav1.ConditionTrue, metav1.ConditionFalse, metav1.ConditionUnknown
	ready, pending := ready1(yes, v1alpha1.ReasonReady), ready1(no, v1alpha1.ReasonPending)
	rejected, missing := ready1(no, v1alpha1.ReasonRejected), ready1(no, v1alpha1.ReasonListNotFound)
	silent, none, deleting := ready1(unknown, v1alpha1.ReasonRuntimeUnreachable), ready1(no, v1alpha1.ReasonNoRuntime), ready1(no, v1alpha1.ReasonDeleting)
	notReady, moved := ready1(no, v1alpha1.ReasonNotReady), ready1(yes, v1alpha1.ReasonIssuerUnreachable)
	degraded := condition(v1alpha1.ConditionDegraded, yes, v1alpha1.ReasonNotApplied)
	draining := condition(v1alpha1.ConditionDraining, yes, v1alpha1.ReasonListsDraining)
	for name, tc := range map[string]struct {
		before, after []metav1.Condition
		// What is told of an object, and of a RoutingRuntime.
		object, runtime string
	}{
		"nothing changes":             {ready, ready, "", ""},
		"nothing is known yet":        {nil, nil, "", ""},
		"ready at once":               {nil, ready, "", ""},
		"ready for the first time":    {pending, ready, "", "Normal Ready"},
		"its runtime is there now":    {none, ready, "", "Normal Ready"},
		"refused":                     {ready, rejected, "Warning Rejected", "Warning Rejected"},
		"refused from the beginning":  {nil, rejected, "Warning Rejected", "Warning Rejected"},
		"still refused":               {rejected, rejected, "", ""},
		"something else is wrong now": {rejected, missing, "Warning ListNotFound", "Warning ListNotFound"},
		"right again":                 {missing, ready, "Normal Ready", "Normal Ready"},
		"a change is on its way":      {ready, pending, "", ""},
		"the runtime is silent":       {ready, silent, "", "Warning RuntimeUnreachable"},
		"and it speaks again":         {silent, ready, "", "Normal Ready"},
		"no pod is ready any more":    {ready, none, "", "Warning NoRuntime"},
		"nor after a change":          {pending, none, "", ""},
		"it is being deleted":         {ready, deleting, "", ""},
		"its pods are gone":           {ready, notReady, "", "Warning NotReady"},
		"its pods start":              {none, notReady, "", ""},
		"an issuer is out of reach":   {ready, moved, "Warning IssuerUnreachable", "Warning IssuerUnreachable"},
		"it stays so":                 {moved, moved, "", ""},
		"it answers again":            {moved, ready, "Normal Ready", "Normal Ready"},
		"something else is wrong":     {moved, notReady, "", "Warning NotReady"},
		"a part is refused":           {nil, degraded, "Warning NotApplied", "Warning NotApplied"},
		"a part is taken":             {degraded, nil, "Normal Applied", "Normal Applied"},
		"a list drains":               {nil, draining, "Normal ListsDraining", "Normal ListsDraining"},
		"it drains still":             {draining, draining, "", ""},
		"it has drained":              {draining, nil, "Normal Drained", "Normal Drained"},
	} {
		t.Run(name, func(t *testing.T) {
			for ofRuntime, want := range map[bool]string{false: tc.object, true: tc.runtime} {
				got := ""
				for _, n := range transitions(ofRuntime, tc.before, tc.after) {
					got += n.kind + " " + n.reason
					if n.note == "" || n.action == "" {
						t.Errorf("it says %+v", n)
					}
				}
				if got != want {
					t.Errorf("of a RoutingRuntime %t: it tells %q, want %q", ofRuntime, got, want)
				}
			}
		})
	}
}

// Who stops a runtime is not warned that it stops.
func TestStoppedIsNotTold(t *testing.T) {
	for name, tc := range map[string]struct {
		replicas *int32
		want     int
	}{
		"stopped": {ptr.To(int32(0)), 0},
		"gone":    {ptr.To(int32(1)), 1},
		"unsaid":  {nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var b Batch
			b.Changed(&v1alpha1.RoutingRuntime{Spec: v1alpha1.RoutingRuntimeSpec{Replicas: tc.replicas}},
				ready1(metav1.ConditionTrue, v1alpha1.ReasonReady), ready1(metav1.ConditionFalse, v1alpha1.ReasonNoRuntime))
			if len(b.news) != tc.want {
				t.Errorf("it tells %+v", b.news)
			}
		})
	}
}

// What concerns hundreds of objects is told of some: what is wrong first.
func TestMuchIsToldShortly(t *testing.T) {
	var b Batch
	for i := range 3 * Most {
		o := &v1alpha1.Channel{}
		o.Name = fmt.Sprintf("c%d", i)
		if i%3 == 0 {
			b.Changed(o, ready1(metav1.ConditionTrue, v1alpha1.ReasonReady), ready1(metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound))
		} else {
			b.Changed(o, ready1(metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound), ready1(metav1.ConditionTrue, v1alpha1.ReasonReady))
		}
	}
	recorder := events.NewFakeRecorder(10 * Most)
	b.Tell(recorder)
	b.Tell(recorder) // once
	close(recorder.Events)
	count := map[string]int{}
	for e := range recorder.Events {
		count[e]++
	}
	if diff := cmp.Diff(map[string]int{corev1.EventTypeWarning + " SecretNotFound what to do": Most}, count); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
