package overview

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
)

func TestDraining(t *testing.T) {
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	at := func(d time.Duration) *time.Time {
		t := now.Add(d)
		return &t
	}
	v := &Overview{at: now}
	for name, tc := range map[string]struct {
		draining Draining
		want     string
	}{
		"just now":        {Draining{Policy: v1alpha1.DeletionDrain}, "deleted: it drains"},
		"with no end":     {Draining{Policy: v1alpha1.DeletionDrain, Since: at(-time.Hour)}, "deleted 60m ago: it drains, with no deadline"},
		"with a deadline": {Draining{Policy: v1alpha1.DeletionDrain, Since: at(-time.Minute), Deadline: at(8 * time.Hour)}, "deleted 60s ago: it drains, what is left is closed in 8h"},
		"after its end":   {Draining{Policy: v1alpha1.DeletionDrain, Since: at(-time.Hour), Deadline: at(-time.Second)}, "deleted 60m ago: it drains, and its deadline is over"},
		"to another list": {Draining{Policy: v1alpha1.DeletionTransfer, TransferTo: "l2", Since: at(-time.Minute)}, "deleted 60s ago: its requests move to l2"},
		"closed with it":  {Draining{Policy: v1alpha1.DeletionClose}, "deleted: its requests are being closed"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := v.draining(&tc.draining); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// A screen has the lists that matter, however many there are.
func TestManyLists(t *testing.T) {
	v := &Overview{Runtime: &Runtime{}}
	for i := range 100 {
		open := int64(i % 50)
		v.Lists = append(v.Lists, List{Name: strings.Repeat("l", i+1), Open: &open})
	}
	v.Lists[0].Draining = &Draining{}
	lines := v.listTable(screen.Screen{})
	want := []string{"  and 80 more with less open (-o json has all)"}
	if diff := cmp.Diff(want, lines[len(lines)-1:]); diff != "" || len(lines) != 1+mostLists+1 {
		t.Errorf("%d lines; the last (-want +got):\n%s", len(lines), diff)
	}
	if !strings.HasPrefix(lines[1], "  l ") {
		t.Errorf("what drains is not first: %q", lines[1])
	}
}

// What is said of several objects alike is said once.
func TestGrouped(t *testing.T) {
	same := func(kind, name string) Finding {
		return Finding{Kind: kind, Name: name, Reason: v1alpha1.ReasonNoRuntime, Message: "Nothing serves it."}
	}
	findings := []Finding{same("Channel", "a"), same("Channel", "b"), same("Channel", "c"), same("Channel", "d"), same("Channel", "e"), same("Worklist", "l"),
		{Kind: "Worklist", Name: "m", Reason: v1alpha1.ReasonPending, Message: "Soon."}}
	want := []string{
		"  Channel a, b, c, 2 more; Worklist l  NoRuntime", "      Nothing serves it.",
		"  Worklist m  Pending", "      Soon.",
	}
	if diff := cmp.Diff(want, findingTable(screen.Screen{}, screen.Red, findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
