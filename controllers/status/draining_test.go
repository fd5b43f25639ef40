package status

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/snapshot"
)

var (
	deletedAt = time.Date(2026, 1, 1, 12, 0, 0, 999, time.UTC)
	deletedOn = metav1.NewTime(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))
)

func list(name string, draining bool, d snapshot.Deletion) snapshot.List {
	return snapshot.List{Source: snapshot.Source{Name: name}, Draining: draining, Deletion: d}
}

func TestDraining(t *testing.T) {
	hour := metav1.NewTime(deletedOn.Add(time.Hour))
	for name, tc := range map[string]struct {
		list    snapshot.List
		opening snapshot.ListOpening
		want    []v1alpha1.DrainingList
	}{
		"it is not deleted":              {list("l", false, snapshot.Deletion{}), snapshot.ListOpening{Name: "l", Open: 2}, nil},
		"it has none left":               {list("l", true, snapshot.Deletion{}), snapshot.ListOpening{Name: "l", DrainingSince: &deletedAt}, nil},
		"the runtime knows none of it":   {list("l", true, snapshot.Deletion{}), snapshot.ListOpening{Name: "other", Open: 2}, nil},
		"the runtime does not say since": {list("l", true, snapshot.Deletion{Deadline: snapshot.Duration(time.Hour)}), snapshot.ListOpening{Name: "l", Open: 2}, []v1alpha1.DrainingList{{List: "l", Policy: "Drain", OpenRequests: 2}}},
		"without an end": {
			list("l", true, snapshot.Deletion{Policy: snapshot.DeletionDrain}), snapshot.ListOpening{Name: "l", Open: 2, DrainingSince: &deletedAt},
			[]v1alpha1.DrainingList{{List: "l", Policy: "Drain", OpenRequests: 2, Since: &deletedOn}},
		},
		"with a deadline": {
			list("l", true, snapshot.Deletion{Policy: snapshot.DeletionDrain, Deadline: snapshot.Duration(time.Hour)}), snapshot.ListOpening{Name: "l", Open: 2, DrainingSince: &deletedAt},
			[]v1alpha1.DrainingList{{List: "l", Policy: "Drain", OpenRequests: 2, Since: &deletedOn, Deadline: &hour}},
		},
		"what is transferred waits for no deadline": {
			list("l", true, snapshot.Deletion{Policy: snapshot.DeletionTransfer, TransferTo: "m", Deadline: snapshot.Duration(time.Hour)}), snapshot.ListOpening{Name: "l", Open: 2, DrainingSince: &deletedAt},
			[]v1alpha1.DrainingList{{List: "l", Policy: "Transfer", TransferTo: "m", OpenRequests: 2, Since: &deletedOn}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := draining(&snapshot.Snapshot{Lists: []snapshot.List{tc.list}}, &snapshot.Report{Lists: []snapshot.ListOpening{tc.opening}})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("draining (-want +got):\n%s", diff)
			}
		})
	}
}

// Many lists can be deleted at once: the status keeps to what the schema takes.
func TestDrainingIsBounded(t *testing.T) {
	s, r := &snapshot.Snapshot{}, &snapshot.Report{}
	for i := range 100 {
		name := fmt.Sprintf("l%02d", 99-i)
		s.Lists = append(s.Lists, list(name, true, snapshot.Deletion{}))
		r.Lists = append(r.Lists, snapshot.ListOpening{Name: name, Open: 1})
	}
	got := draining(s, r)
	if len(got) != maxDraining || got[0].List != "l00" || got[1].List != "l01" {
		t.Errorf("%d lists, from %s on", len(got), got[0].List)
	}
	if want := "Worklists l00, l01, l02, l03, l04, l05, l06, l07, l08, l09 and 54 more were"; drains(got).message[:len(want)] != want {
		t.Errorf("it says %q", drains(got).message)
	}
}

// The condition is there only while a list drains, and while nobody answers it stays as it is.
func TestDrainingIsThereWhileItIsTrue(t *testing.T) {
	verdict := compile.Verdict{Kind: snapshot.KindRuntime, Name: "main", UID: "rt", Generation: 1, ServedGeneration: 1}
	reading := serves("main-0", true, wantedDigest, 2)
	reading.Report.Lists = []snapshot.ListOpening{{Name: "l", Open: 1, Draining: true, DrainingSince: &deletedAt}}
	served := &snapshot.Snapshot{Lists: []snapshot.List{list("l", true, snapshot.Deletion{})}}
	look := func(r program.Reading, present v1alpha1.RoutingRuntimeStatus) v1alpha1.RoutingRuntimeStatus {
		f := look(Facts{Runtime: main1(), Digest: wantedDigest, Served: served, Readings: []program.Reading{r}})
		rt := &v1alpha1.RoutingRuntime{Status: f.runtime(verdict, present, metav1.Now())}
		if f.update(rt, verdict, metav1.Now()) != nil {
			t.Error("written again although equal")
		}
		return rt.Status
	}
	there := func(s v1alpha1.RoutingRuntimeStatus) bool {
		return meta.IsStatusConditionTrue(s.Conditions, string(v1alpha1.ConditionDraining))
	}
	drains := look(reading, v1alpha1.RoutingRuntimeStatus{})
	if !there(drains) || len(drains.Draining) != 1 {
		t.Errorf("it does not tell of the list: %+v", drains)
	}
	if s := look(silent("main-0", true), drains); !there(s) || len(s.Draining) != 1 {
		t.Errorf("it forgets the list while nobody answers: %+v", s)
	}
	reading.Report.Lists[0].Open = 0
	if s := look(reading, drains); there(s) || len(s.Draining) != 0 {
		t.Errorf("it still tells of the list: %+v", s)
	}
}
