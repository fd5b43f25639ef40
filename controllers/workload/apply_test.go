package workload

import (
	"maps"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
)

func TestForeign(t *testing.T) {
	rt := &v1alpha1.RoutingRuntime{}
	rt.Name, rt.UID = "main", "ours"
	owned := func(by types.UID) []metav1.OwnerReference {
		return []metav1.OwnerReference{{Kind: "RoutingRuntime", Name: "main", UID: by, Controller: ptr.To(true)}}
	}
	other := maps.Clone(labels(rt))
	other[LabelInstance] = "second"
	for name, tc := range map[string]struct {
		labels map[string]string
		owners []metav1.OwnerReference
		want   bool
	}{
		"ours":                                  {labels(rt), owned("ours"), false},
		"ours, and somebody took the labels":    {nil, owned("ours"), false},
		"of the RoutingRuntime before this one": {labels(rt), owned("before"), true},
		"left behind by the one before":         {labels(rt), nil, false},
		"left behind by another one":            {other, nil, true},
		"nobody's":                              {nil, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			live := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "main", Labels: tc.labels, OwnerReferences: tc.owners}}
			if got := foreign(rt, live); got != tc.want {
				t.Errorf("foreign = %v, want %v", got, tc.want)
			}
		})
	}
}
