package workload

import (
	"encoding/json"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// Each row changes a live object that has what is wanted, plus what the API
// server adds; the row says whether the object still has what is wanted.
func TestUnchanged(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*appsv1.StatefulSet)
		want   bool
	}{
		"as applied": {func(*appsv1.StatefulSet) {}, true},
		"defaults of the API server": {func(s *appsv1.StatefulSet) {
			s.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyAlways
			s.Spec.VolumeClaimTemplates[0].Status.Phase = corev1.ClaimPending
			s.Status.Replicas = 1
		}, true},
		"a label of somebody else": {func(s *appsv1.StatefulSet) { s.Labels["team"] = "care" }, true},
		"a container that was injected": {func(s *appsv1.StatefulSet) {
			s.Spec.Template.Spec.Containers = append([]corev1.Container{{Name: "proxy"}}, s.Spec.Template.Spec.Containers...)
		}, true},
		"another image":     {func(s *appsv1.StatefulSet) { s.Spec.Template.Spec.Containers[0].Image = "other" }, false},
		"our label removed": {func(s *appsv1.StatefulSet) { delete(s.Labels, LabelManagedBy) }, false},
		"scaled by hand":    {func(s *appsv1.StatefulSet) { s.Spec.Replicas = new(int32) }, false},
		"an argument added": {func(s *appsv1.StatefulSet) {
			c := &s.Spec.Template.Spec.Containers[0]
			c.Args = append(c.Args, "--verbose")
		}, false},
		"applied from another wish": {func(s *appsv1.StatefulSet) { s.Annotations[appliedAnnotation] = "0" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			wanted, err := wantedForm(StatefulSet(readRuntime(t, "testdata/default.in.yaml"), "image", nil))
			if err != nil {
				t.Fatal(err)
			}
			live := &appsv1.StatefulSet{}
			fromFields(t, wanted.Object, live)
			tc.change(live)
			got, err := unchanged(wanted, live)
			if err != nil {
				t.Fatal(err)
			}
			if got != tc.want {
				t.Errorf("unchanged = %v, want %v", got, tc.want)
			}
		})
	}
}

func fromFields(t *testing.T, content fields, into any) {
	t.Helper()
	b, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}
