package workload

import (
	"encoding/json"
	"fmt"
)

// sameFields gives one of Kubernetes' types, as a RoutingRuntime has it, as the
// apply configuration of that type. Both have the same JSON, so it cannot fail.
func sameFields[A, T any](typed *T) *A {
	out := new(A)
	b, err := json.Marshal(typed)
	if err == nil {
		err = json.Unmarshal(b, out)
	}
	if err != nil {
		panic(fmt.Sprintf("%T is no %T: %v", typed, out, err))
	}
	return out
}

// plain gives a map of the API, whose values are held to a form, as Kubernetes'
// types have it.
func plain[V ~string](typed map[string]V) map[string]string {
	out := make(map[string]string, len(typed))
	for key, value := range typed {
		out[key] = string(value)
	}
	return out
}
