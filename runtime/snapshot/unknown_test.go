package snapshot_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/snapshot"
)

func TestUnknownFieldsNameTheirObject(t *testing.T) {
	problem := func(kind, name, field string) []snapshot.Problem {
		return []snapshot.Problem{{Kind: kind, Name: name,
			Message: "the runtime does not know the field " + field + ": it is version v1; use a newer image, or leave the field out"}}
	}
	tests := map[string]struct {
		snapshot string // what is in it beside its runtime, main
		want     []snapshot.Problem
	}{
		"none":                      {`"lists": [{"name": "l1", "deletion": {"deadline": "1h0m0s"}}]`, nil},
		"of a list":                 {`"lists": [{"name": "l1"}, {"name": "l2", "x": 1}]`, problem(snapshot.KindList, "l2", "lists[].x")},
		"deep in a list":            {`"lists": [{"name": "l1", "wrapUp": {"reasons": [{"name": "r", "x": 1}]}}]`, problem(snapshot.KindList, "l1", "lists[].wrapUp.reasons[].x")},
		"whose name comes later":    {`"lists": [{"x": {"y": 1}, "name": "l1"}]`, problem(snapshot.KindList, "l1", "lists[].x")},
		"of a channel":              {`"channels": [{"name": "c1", "outbound": {"url": "https://x", "x": null}}]`, problem(snapshot.KindChannel, "c1", "channels[].outbound.x")},
		"of a subscription":         {`"subscriptions": [{"name": "s1", "capacity": [{"x": 1}]}]`, problem(snapshot.KindSubscription, "s1", "subscriptions[].capacity[].x")},
		"of a media routing domain": {`"mediaRoutingDomains": [{"name": "d1", "x": 1}]`, problem(snapshot.KindMediaRoutingDomain, "d1", "mediaRoutingDomains[].x")},
		"of the runtime":            {`"sessions": {"x": 1}`, problem(snapshot.KindRuntime, "main", "sessions.x")},
		"of an issuer":              {`"authentication": {"issuers": [{"x": 1}]}`, problem(snapshot.KindRuntime, "main", "authentication.issuers[].x")},
		"a new kind":                {`"queues": [{"name": "q1"}]`, problem(snapshot.KindRuntime, "main", "queues")},
		"of the update":             {`"lists": []}, "x": {"y": 1`, problem(snapshot.KindRuntime, "main", "x")},
		"of two objects": {`"lists": [{"name": "l1", "x": 1}], "channels": [{"name": "c1", "x": 1}]`,
			append(problem(snapshot.KindChannel, "c1", "channels[].x"), problem(snapshot.KindList, "l1", "lists[].x")...)},
		"nothing where something may be": {`"lists": null, "eventSink": null, "channels": [{"name": "c1", "outbound": null}]`, nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			update, got, err := snapshot.DecodeUpdate([]byte(`{"sequence": 3, "snapshot": {"runtime": {"name": "main"}, `+tc.snapshot+`}}`), "v1")
			if err != nil || update.Sequence != 3 || update.Snapshot.Runtime.Name != "main" {
				t.Fatalf("%v, %+v", err, update)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What an operator of this version writes is known to a runtime of this version, to
// the last field.
func TestNothingOfAFullSnapshotIsUnknown(t *testing.T) {
	encoded, err := json.Marshal(snapshot.Update{Sequence: 1, Snapshot: *full(t)})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(encoded), ":") < 60 {
		t.Fatalf("not full: %s", encoded)
	}
	if _, problems, err := snapshot.DecodeUpdate(encoded, "v1"); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", err, problems)
	}
}
