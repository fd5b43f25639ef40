package snapshot_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/snapshot"
)

// An operator and a runtime that are one version apart read each other's reports:
// what one of them does not know is left out, or ignored.
func TestReportsOfOtherVersions(t *testing.T) {
	since := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		encoded string
		want    snapshot.Report
	}{
		"of an older replica": {
			`{"replica": "main-0", "version": "v0.1.0", "epoch": "QK2ZL4", "sequence": 3, "digest": "d",
			  "lists": [{"name": "l1", "open": 2}, {"name": "l2", "open": 1, "draining": true}]}`,
			snapshot.Report{
				Replica: "main-0", Version: "v0.1.0", Epoch: "QK2ZL4", Sequence: 3, Digest: "d",
				Lists: []snapshot.ListOpening{{Name: "l1", Open: 2}, {Name: "l2", Open: 1, Draining: true}},
			},
		},
		"of a newer replica": {
			`{"replica": "main-0", "version": "v9", "epoch": "QK2ZL4", "sequence": 3, "startedAt": "2026-03-01T09:00:00Z", "store": "etcd",
			  "agents": 4, "moonPhase": "full",
			  "lists": [{"name": "l2", "open": 6, "unread": 1, "active": 2, "inactive": 3, "draining": true, "drainingSince": "2026-03-01T09:00:00Z", "mood": 1}]}`,
			snapshot.Report{
				Replica: "main-0", Version: "v9", Epoch: "QK2ZL4", Sequence: 3, StartedAt: since, Store: snapshot.StoreEtcd, Agents: 4,
				Lists: []snapshot.ListOpening{{Name: "l2", Open: 6, Unread: 1, Active: 2, Inactive: 3, Draining: true, DrainingSince: &since}},
			},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			var got snapshot.Report
			if err := json.Unmarshal([]byte(tc.encoded), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEmptyReportSaysNothingNew(t *testing.T) {
	encoded, err := json.Marshal(snapshot.Report{Lists: []snapshot.ListOpening{{Name: "l1"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"replica":"","version":"","epoch":"","sequence":0,"lists":[{"name":"l1","open":0}]}`
	if diff := cmp.Diff(want, string(encoded)); diff != "" {
		t.Errorf("encoded (-want +got):\n%s", diff)
	}
}
