package workload

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pullmode/operator/api/v1alpha1"
)

func TestRivals(t *testing.T) {
	// What this operator wants, and what it then finds.
	type look struct{ wants, finds string }
	for name, tc := range map[string]struct {
		looks []look
		want  bool // that it gives in
	}{
		"another operator that puts its own form back three times": {
			looks: []look{{"a", "a"}, {"a", "b"}, {"a", "a"}, {"a", "b"}, {"a", "a"}, {"a", "b"}}, want: true,
		},
		"twice":                                  {looks: []look{{"a", "a"}, {"a", "b"}, {"a", "a"}, {"a", "b"}}},
		"a form of the operator before this one": {looks: []look{{"a", "b"}, {"a", "b"}, {"a", "b"}, {"a", "b"}}},
		"a change that is taken back before it was seen": {
			looks: []look{{"a", "a"}, {"b", "a"}, {"a", "b"}, {"a", "a"}, {"b", "a"}, {"a", "b"}, {"a", "a"}, {"b", "a"}, {"a", "b"}},
		},
		"a child that somebody deletes, or makes without us": {
			looks: []look{{"a", "a"}, {"a", ""}, {"a", "a"}, {"a", ""}, {"a", "a"}, {"a", ""}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, rt, now := rivals{}, &v1alpha1.RoutingRuntime{}, time.Unix(0, 0)
			got := false
			for _, l := range tc.looks {
				got, _ = r.overrule(rt, applied(l.wants), applied(l.finds), now)
			}
			if got != tc.want {
				t.Errorf("it gives in: %t, want %t", got, tc.want)
			}
		})
	}
}

// applied is a child in a form.
func applied(digest string) *unstructured.Unstructured {
	child := &unstructured.Unstructured{Object: fields{}}
	child.SetKind("Service")
	child.SetName("main")
	if digest != "" {
		child.SetAnnotations(map[string]string{appliedAnnotation: digest})
	}
	return child
}
