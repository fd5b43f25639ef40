package command_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/snapshot"
)

// The report tells apart who waits and who is looked after, and says since when a
// deleted list has been draining.
func TestReportOfLists(t *testing.T) {
	l := lab.Start(t)
	one, two := l.Message("john", "m1"), l.Message("mary", "m2")
	l.Message("paul", "m3")
	for _, id := range []string{one.Request, two.Request} {
		must(t, l.Do.Join, lab.Alice, id)
	}
	must(t, l.Do.Leave, lab.Alice, two.Request)
	list := one.List
	opening := func() snapshot.ListOpening {
		t.Helper()
		for _, o := range l.Do.Report().Lists {
			if o.Name == list {
				return o
			}
		}
		t.Fatalf("%s is not reported", list)
		return snapshot.ListOpening{}
	}
	want := snapshot.ListOpening{Name: list, Open: 3, Unread: 1, Active: 1, Inactive: 1}
	if diff := cmp.Diff(want, opening()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	config := lab.Config()
	for i := range config.Lists {
		config.Lists[i].Draining = config.Lists[i].Name == list
	}
	l.Program(config)
	want.Draining = true
	if diff := cmp.Diff(want, opening()); diff != "" {
		t.Errorf("before anything is written down (-want +got):\n%s", diff)
	}
	since := l.Clock.Now()
	if err := l.Do.StampDraining(ctx, list); err != nil {
		t.Fatal(err)
	}
	want.DrainingSince = &since
	if diff := cmp.Diff(want, opening()); diff != "" {
		t.Errorf("draining (-want +got):\n%s", diff)
	}
}
