package compile

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

func TestElected(t *testing.T) {
	at := func(name string, second int64) v1alpha1.RoutingRuntime {
		rt := v1alpha1.RoutingRuntime{}
		rt.Name, rt.CreationTimestamp = name, metav1.NewTime(time.Unix(second, 0))
		return rt
	}
	going := func(rt v1alpha1.RoutingRuntime) v1alpha1.RoutingRuntime {
		rt.DeletionTimestamp = &rt.CreationTimestamp
		return rt
	}
	for name, tc := range map[string]struct {
		runtimes []v1alpha1.RoutingRuntime
		want     string
	}{
		"none":                     {nil, ""},
		"one":                      {[]v1alpha1.RoutingRuntime{at("a", 1)}, "a"},
		"the older":                {[]v1alpha1.RoutingRuntime{at("a", 2), at("b", 1)}, "b"},
		"the first by name":        {[]v1alpha1.RoutingRuntime{at("b", 1), at("a", 1)}, "a"},
		"not one that goes":        {[]v1alpha1.RoutingRuntime{going(at("a", 1)), at("b", 2)}, "b"},
		"whatever order they come": {[]v1alpha1.RoutingRuntime{at("a", 1), at("b", 1)}, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if rt := Elected(tc.runtimes); rt != nil {
				got = rt.Name
			}
			if got != tc.want {
				t.Errorf("elected %q, want %q", got, tc.want)
			}
		})
	}
}
