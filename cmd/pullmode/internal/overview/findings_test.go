package overview

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A warning is shown once, by the condition that it is of.
func TestRemarkable(t *testing.T) {
	for name, tc := range map[string]struct {
		condition, reason string
		status            metav1.ConditionStatus
		want              bool
	}{
		"an issuer is out of reach":   {"Ready", "IssuerUnreachable", metav1.ConditionTrue, true},
		"nobody works a list":         {"Accepted", "NoAgentSubscription", metav1.ConditionTrue, true},
		"and so Ready says":           {"Ready", "NoAgentSubscription", metav1.ConditionTrue, false},
		"a part could not be made":    {"Degraded", "NotApplied", metav1.ConditionTrue, true},
		"nothing to remark":           {"Ready", "Ready", metav1.ConditionTrue, false},
		"not ready, which is no hint": {"Ready", "NotReady", metav1.ConditionFalse, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := remarkable(&metav1.Condition{Type: tc.condition, Reason: tc.reason, Status: tc.status}); got != tc.want {
				t.Errorf("%t, want %t", got, tc.want)
			}
		})
	}
}
