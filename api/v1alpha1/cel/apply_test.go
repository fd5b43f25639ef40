package cel_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	apply "github.com/pullmode/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
)

// Typed objects leave out what is not set, so that the schema's defaults reach them too.
func TestTypedObjectGetsDefaults(t *testing.T) {
	worklist := &v1alpha1.Worklist{
		ObjectMeta: metav1.ObjectMeta{Name: "l1", Namespace: newNamespace(t)},
		Spec:       v1alpha1.WorklistSpec{DisplayName: "Social media"},
	}
	if err := apiClient.Create(t.Context(), worklist); err != nil {
		t.Fatal(err)
	}
	want := v1alpha1.WorklistSpec{
		DisplayName:    "Social media",
		JoinPolicy:     v1alpha1.JoinCollaboration,
		ReopenPolicy:   v1alpha1.ReopenNewRequest,
		RealertPolicy:  v1alpha1.RealertNever,
		RealertAfter:   metav1.Duration{Duration: time.Minute},
		CapacityPolicy: v1alpha1.CapacityIgnore,
		ClosePolicy:    v1alpha1.CloseByMembers,
		Attention: v1alpha1.Attention{
			SoonAfter:    metav1.Duration{Duration: 3 * time.Minute},
			OverdueAfter: metav1.Duration{Duration: 5 * time.Minute},
		},
		AutoCloseAfter: metav1.Duration{Duration: 24 * time.Hour},
		DeletionPolicy: v1alpha1.DeletionPolicy{Type: v1alpha1.DeletionDrain},
	}
	if diff := cmp.Diff(want, worklist.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}

	// What Go writes for a duration (24h0m0s) is accepted as well as what people write (24h).
	worklist.Spec.AutoCloseAfter.Duration = 90*time.Minute + 1500*time.Millisecond
	if err := apiClient.Update(t.Context(), worklist); err != nil {
		t.Error(err)
	}
}

func TestTypedRuntimeGetsDefaults(t *testing.T) {
	runtime := &v1alpha1.RoutingRuntime{
		ObjectMeta: metav1.ObjectMeta{Name: "runtime", Namespace: newNamespace(t)},
		Spec: v1alpha1.RoutingRuntimeSpec{Authentication: v1alpha1.Authentication{
			Issuers: []v1alpha1.Issuer{{URL: "https://login.example.com", Audience: "pullmode"}},
		}},
	}
	if err := apiClient.Create(t.Context(), runtime); err != nil {
		t.Fatal(err)
	}
	if got := runtime.Spec.Storage.Embedded.Size.String(); got != "10Gi" {
		t.Errorf("size is %s, want 10Gi", got)
	}
	if got := ptr.Deref(runtime.Spec.Replicas, -1); got != 1 {
		t.Errorf("replicas is %d, want 1", got)
	}
}

// Status is written by server-side apply: one owner per field, and the same status again changes nothing.
func TestStatusApply(t *testing.T) {
	namespace := newNamespace(t)
	if err := apiClient.Create(t.Context(), object(t, namespace, worklist.minimal)); err != nil {
		t.Fatal(err)
	}
	since := metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	accepted := func() *metav1ac.ConditionApplyConfiguration {
		return metav1ac.Condition().
			WithType(string(v1alpha1.ConditionAccepted)).
			WithStatus(metav1.ConditionTrue).
			WithReason(string(v1alpha1.ReasonNoAgentSubscription)).
			WithMessage("no AgentSubscription names this list").
			WithObservedGeneration(1).
			WithLastTransitionTime(since)
	}
	status := func() *apply.WorklistApplyConfiguration {
		return apply.Worklist("l1", namespace).WithStatus(apply.WorklistStatus().
			WithObservedGeneration(1).
			WithProgrammedGeneration(1).
			WithConditions(accepted()))
	}
	owner := client.FieldOwner("pullmode-routing")
	if err := apiClient.Status().Apply(t.Context(), status(), owner, client.ForceOwnership); err != nil {
		t.Fatal(err)
	}

	first := new(v1alpha1.Worklist)
	key := client.ObjectKey{Namespace: namespace, Name: "l1"}
	if err := apiClient.Get(t.Context(), key, first); err != nil {
		t.Fatal(err)
	}
	want := v1alpha1.ObjectStatus{
		ObservedGeneration:   1,
		ProgrammedGeneration: 1,
		Conditions: []metav1.Condition{{
			Type: "Accepted", Status: "True", Reason: "NoAgentSubscription", Message: "no AgentSubscription names this list",
			ObservedGeneration: 1, LastTransitionTime: first.Status.Conditions[0].LastTransitionTime,
		}},
	}
	if diff := cmp.Diff(&want, first.CommonStatus()); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	if !first.Status.Conditions[0].LastTransitionTime.Equal(&since) {
		t.Errorf("lastTransitionTime is %v, want %v", first.Status.Conditions[0].LastTransitionTime, since)
	}

	if err := apiClient.Status().Apply(t.Context(), status(), owner, client.ForceOwnership); err != nil {
		t.Fatal(err)
	}
	second := new(v1alpha1.Worklist)
	if err := apiClient.Get(t.Context(), key, second); err != nil {
		t.Fatal(err)
	}
	if first.ResourceVersion != second.ResourceVersion {
		t.Errorf("the same status was written again: resourceVersion %s became %s", first.ResourceVersion, second.ResourceVersion)
	}

	extracted, err := apply.ExtractWorklistStatus(second, "pullmode-routing")
	if err != nil {
		t.Fatal(err)
	}
	if extracted.Status == nil || len(extracted.Status.Conditions) != 1 {
		t.Errorf("what the field manager owns is %+v, want the status that it applied", extracted.Status)
	}
}
