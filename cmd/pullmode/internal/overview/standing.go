package overview

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// standing says why the container of a pod does not run; empty while it runs, or when
// nobody has said anything of it yet. What it said itself before it ended tells more
// than that it is started again later.
func standing(pod *corev1.Pod) string {
	if len(pod.Status.ContainerStatuses) == 0 {
		return ""
	}
	s := pod.Status.ContainerStatuses[0]
	switch {
	case s.State.Terminated != nil:
		return colon(s.State.Terminated.Reason, lastLine(s.State.Terminated.Message))
	case s.State.Waiting == nil:
		return ""
	case s.LastTerminationState.Terminated != nil:
		if said := lastLine(s.LastTerminationState.Terminated.Message); said != "" {
			return colon(s.State.Waiting.Reason, said)
		}
	}
	return colon(s.State.Waiting.Reason, s.State.Waiting.Message)
}

// lastLine of what a container said: a runtime that cannot go on ends with why.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

func colon(reason, message string) string {
	return strings.Trim(reason+": "+message, ": ")
}
