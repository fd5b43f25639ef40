package overview

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// Who looks at the overview is told why a replica does not run, in its own words where it left some.
func TestStanding(t *testing.T) {
	waits := func(reason, message string) corev1.ContainerState {
		return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
	}
	ended := func(message string) corev1.ContainerState {
		return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Error", Message: message}}
	}
	for name, tc := range map[string]struct {
		now, last corev1.ContainerState
		want      string
	}{
		"it runs":                     {now: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}, last: ended("runtime: no etcd")},
		"it is made":                  {now: waits("ContainerCreating", ""), want: "ContainerCreating"},
		"its image is not there":      {now: waits("ImagePullBackOff", "no such tag"), want: "ImagePullBackOff: no such tag"},
		"it has ended":                {now: ended("{}\nruntime: no etcd\n"), want: "Error: runtime: no etcd"},
		"it waits to be started":      {now: waits("CrashLoopBackOff", "back-off 10s"), last: ended("{}\nruntime: no etcd\n"), want: "CrashLoopBackOff: runtime: no etcd"},
		"it waits, and said nothing":  {now: waits("CrashLoopBackOff", "back-off 10s"), last: ended(""), want: "CrashLoopBackOff: back-off 10s"},
		"it ended and said nothing":   {now: ended(""), want: "Error"},
		"nobody knows anything of it": {},
	} {
		t.Run(name, func(t *testing.T) {
			pod := &corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{State: tc.now, LastTerminationState: tc.last}}}}
			if got := standing(pod); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}
