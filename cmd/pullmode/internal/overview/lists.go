package overview

import (
	"cmp"
	"slices"
	"time"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/controllers/program"
)

// List is a list with its open requests.
type List struct {
	Name string `json:"name"`
	// Open and its parts are missing where nobody told.
	Open   *int64  `json:"open,omitempty"`
	Counts *Counts `json:"counts,omitempty"`
	// Draining is of a list whose Worklist was deleted.
	Draining *Draining `json:"draining,omitempty"`
}

// Counts are the parts of what is open.
type Counts struct {
	Unread   int64 `json:"unread"`
	Active   int64 `json:"active"`
	Inactive int64 `json:"inactive"`
}

// Draining is how a list ends.
type Draining struct {
	Policy     v1alpha1.DeletionType `json:"policy,omitempty"`
	TransferTo string                `json:"transferTo,omitempty"`
	Since      *time.Time            `json:"since,omitempty"`
	// Deadline is when what is left is closed; missing where there is no end.
	Deadline *time.Time `json:"deadline,omitempty"`
}

// lists joins the Worklists with those that drain, and with what is open on them.
func (v *Overview) lists(objects *cluster.Objects, rt *v1alpha1.RoutingRuntime, readings []program.Reading) {
	by := map[string]*List{}
	at := func(name string) *List {
		if by[name] == nil {
			by[name] = &List{Name: name}
		}
		return by[name]
	}
	for i := range objects.Worklists {
		at(objects.Worklists[i].Name)
	}
	if rt != nil {
		for _, d := range rt.Status.Draining {
			l := at(d.List)
			open := d.OpenRequests
			l.Open, l.Draining = &open, &Draining{Policy: d.Policy, TransferTo: d.TransferTo}
			if d.Since != nil {
				l.Draining.Since = &d.Since.Time
			}
			if d.Deadline != nil {
				l.Draining.Deadline = &d.Deadline.Time
			}
		}
	}
	// Replicas share a store, so the one that is furthest in it knows what all know.
	if newest := program.Newest(readings); newest != nil {
		for _, o := range newest.Report.Lists {
			l := at(o.Name)
			open := o.Open
			l.Open = &open
			if o.Unread+o.Active+o.Inactive == o.Open { // one version ago a replica told the sum alone
				l.Counts = &Counts{Unread: o.Unread, Active: o.Active, Inactive: o.Inactive}
			}
			switch {
			case !o.Draining:
				l.Draining = nil
			case l.Draining == nil:
				l.Draining = &Draining{Since: o.DrainingSince}
			}
		}
	}
	for _, l := range by {
		v.Lists = append(v.Lists, *l)
	}
	slices.SortFunc(v.Lists, func(a, b List) int { return cmp.Compare(a.Name, b.Name) })
}
