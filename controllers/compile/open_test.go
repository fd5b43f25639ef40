package compile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/snapshot"
)

func TestOpenRequests(t *testing.T) {
	report := func(lists ...snapshot.ListOpening) snapshot.Report { return snapshot.Report{Lists: lists} }
	for name, tc := range map[string]struct {
		reports []snapshot.Report
		want    map[string]int64
	}{
		"nobody has reported":                     {want: nil},
		"a report without lists":                  {reports: []snapshot.Report{report()}, want: map[string]int64{}},
		"a request may still land until draining": {reports: []snapshot.Report{report(snapshot.ListOpening{Name: "l1"})}, want: map[string]int64{"l1": 1}},
		"drained": {reports: []snapshot.Report{report(snapshot.ListOpening{Name: "l1", Draining: true})}, want: map[string]int64{"l1": 0}},
		"one replica is behind": {
			reports: []snapshot.Report{
				report(snapshot.ListOpening{Name: "l1", Draining: true}),
				report(snapshot.ListOpening{Name: "l1", Open: 2, Draining: true}),
			},
			want: map[string]int64{"l1": 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, compile.OpenRequests(tc.reports...)); diff != "" {
				t.Errorf("open (-want +got):\n%s", diff)
			}
		})
	}
}
