package notice

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"

	"github.com/pullmode/operator/api/v1alpha1"
)

// OtherOperator tells that a second operator looks after this RoutingRuntime and is
// of another opinion, and that this one gives in. It is in no condition: that one
// writes those.
func OtherOperator(recorder events.EventRecorder, rt *v1alpha1.RoutingRuntime) {
	recorder.Eventf(rt, nil, corev1.EventTypeWarning, "OtherOperator", actionProgram,
		"Another operator wants this runtime otherwise, and this one lets it: run only one of them here, or give all of them leader election.")
}
