package workload

import (
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// RefusalError says which child Kubernetes did not take, in its own words, and what to
// do about it.
type RefusalError struct {
	Kind, Name string
	Err        error
}

func (e *RefusalError) Error() string {
	return fmt.Sprintf("%s %s cannot be made what it should be (%v): %s", e.Kind, e.Name, e.Err, e.advice())
}

// Unwrap gives Kubernetes' answer.
func (e *RefusalError) Unwrap() error { return e.Err }

func (e *RefusalError) advice() string {
	if known := advice(e.Err.Error()); known != tryAgain {
		return known
	}
	if apierrors.IsInvalid(e.Err) || apierrors.IsBadRequest(e.Err) {
		return "correct in the RoutingRuntime's spec what is named there."
	}
	return tryAgain
}

const tryAgain = "it is tried again, and nothing is to be done unless this stays."

// advice knows the refusals that have to do with where a runtime is, and not with
// what it is, by the words that Kubernetes has for them.
func advice(words string) string {
	switch {
	case strings.Contains(words, "exceeded quota"), strings.Contains(words, "failed quota"):
		return "write less into spec.replicas or spec.resources of the RoutingRuntime, or have the quota of the namespace raised."
	case strings.Contains(words, " cannot ") && strings.Contains(words, "User "):
		return "apply the operator's roles again, which belong to its release."
	case strings.Contains(words, "denied"), strings.Contains(words, "violates PodSecurity"):
		return "change what the cluster's policy does not allow, or have an exception made."
	case strings.Contains(words, "is forbidden"):
		return "change what is named there in the RoutingRuntime's spec, or have the namespace allow it."
	default:
		return tryAgain
	}
}

// tell puts everything that is wrong into one message, a sentence each.
func tell(problems []error) string {
	var sentences []string
	for _, problem := range problems {
		if problem == nil {
			continue
		}
		sentence := strings.TrimSuffix(problem.Error(), ".") + "."
		sentences = append(sentences, strings.ToUpper(sentence[:1])+sentence[1:])
	}
	return strings.Join(sentences, " ")
}

// notResized tells whether a volume is among what is wrong.
func notResized(problems []error) bool {
	var volume *VolumeError
	return errors.As(errors.Join(problems...), &volume)
}
