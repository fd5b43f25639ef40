package workload

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"

	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// appliedAnnotation carries the digest of what was applied last. It shows a
// field that is no longer wanted, which a comparison of wanted fields cannot see.
const appliedAnnotation = "pullmode.io/applied"

// fields is an object as JSON has it.
type fields = map[string]any

// toFields gives the JSON form of an apply configuration or an object.
func toFields(v any) (fields, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	out := fields{}
	// Whole numbers become int64, as unstructured objects want them.
	if err := utiljson.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("decode %T: %w", v, err)
	}
	return out, nil
}

// digest identifies the wanted form of an object. Maps are encoded in order, so
// equal wishes have equal digests.
func digest(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8]), nil
}

// covers tells whether live has everything that is wanted, with the same values.
// What the API server adds by defaulting, and what others add, does not count.
func covers(wanted, live any) bool {
	switch w := wanted.(type) {
	case fields:
		l, ok := live.(fields)
		if !ok {
			// An empty struct of ours is dropped by the server's encoding.
			return live == nil && len(w) == 0
		}
		for key, value := range w {
			if !covers(value, l[key]) {
				return false
			}
		}
		return true
	case []any:
		l, ok := live.([]any)
		return ok && coversList(w, l)
	default:
		return reflect.DeepEqual(wanted, live)
	}
}

// coversList compares named entries by name, as the API server merges them, and
// others by position.
func coversList(wanted, live []any) bool {
	byName := map[any]any{}
	for _, entry := range live {
		if m, ok := entry.(fields); ok && m["name"] != nil {
			byName[m["name"]] = entry
		}
	}
	if len(byName) == 0 && len(wanted) != len(live) {
		return false
	}
	for i, entry := range wanted {
		if m, ok := entry.(fields); ok && m["name"] != nil {
			if !covers(entry, byName[m["name"]]) {
				return false
			}
			continue
		}
		if i >= len(live) || !covers(entry, live[i]) {
			return false
		}
	}
	return true
}
