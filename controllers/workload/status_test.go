package workload

import (
	"errors"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/notice"
)

// What stays refused is tried again for ever, and must not be written each time.
func TestDegradedIsWrittenOnce(t *testing.T) {
	rt := &v1alpha1.RoutingRuntime{}
	rt.Generation = 3
	refusal := []error{errors.New("Exceeded quota.")}
	first, later := metav1.NewTime(time.Unix(100, 0)), metav1.NewTime(time.Unix(200, 0))
	present := degraded(rt, nil, refusal, first)
	if !present.LastTransitionTime.Equal(&first) || present.Message != "Exceeded quota." || present.ObservedGeneration != 3 {
		t.Fatalf("%+v", present)
	}
	if again := degraded(rt, present, refusal, later); !ptr.Equal(present, again) {
		t.Errorf("it is %+v, want it as it was: %+v", again, present)
	}
	if other := degraded(rt, present, []error{errors.New("forbidden")}, later); ptr.Equal(present, other) || !other.LastTransitionTime.Equal(&first) {
		t.Errorf("another refusal is %+v, want it new, and the time kept", other)
	}
	long := degraded(rt, nil, []error{errors.New(strings.Repeat("x", 2*notice.MaxMessage))}, first)
	if len(long.Message) > notice.MaxMessage {
		t.Errorf("a message of %d bytes, which the API server does not take", len(long.Message))
	}
	if gone := degraded(rt, present, nil, later); gone != nil || ptr.Equal(present, gone) {
		t.Errorf("it stays although nothing is wrong: %+v", gone)
	}
}
