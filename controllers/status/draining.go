package status

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// maxDraining is how many lists the schema takes.
const maxDraining = 64

// draining are the lists that are served although their Worklist is gone, and of
// which a replica reports open requests. Like the number of all that are open, it
// is of the last look: it is written when something else makes the operator look,
// or the drift interval does.
func draining(served *snapshot.Snapshot, report *snapshot.Report) []v1alpha1.DrainingList {
	if served == nil {
		return nil
	}
	reported := make(map[string]snapshot.ListOpening, len(report.Lists))
	for _, l := range report.Lists {
		reported[l.Name] = l
	}
	var lists []v1alpha1.DrainingList
	for i := range served.Lists {
		form := &served.Lists[i]
		if opening := reported[form.Name]; form.Draining && opening.Open > 0 {
			lists = append(lists, drainingList(form, opening))
		}
	}
	slices.SortFunc(lists, func(a, b v1alpha1.DrainingList) int { return cmp.Compare(a.List, b.List) })
	return lists[:min(len(lists), maxDraining)]
}

// drainingList tells how one list ends. An empty policy works as Drain, and what
// is transferred waits for no deadline.
func drainingList(form *snapshot.List, opening snapshot.ListOpening) v1alpha1.DrainingList {
	l := v1alpha1.DrainingList{
		List: form.Name, OpenRequests: opening.Open,
		Policy:     cmp.Or(v1alpha1.DeletionType(form.Deletion.Policy), v1alpha1.DeletionDrain),
		TransferTo: form.Deletion.TransferTo,
	}
	if opening.DrainingSince == nil {
		return l
	}
	since := metav1.NewTime(opening.DrainingSince.Truncate(second))
	l.Since = &since
	if form.Deletion.Deadline > 0 && l.Policy == v1alpha1.DeletionDrain {
		deadline := metav1.NewTime(since.Add(form.Deletion.Deadline.D()))
		l.Deadline = &deadline
	}
	return l
}

// namesShown bounds what a message enumerates.
const namesShown = 10

func drains(lists []v1alpha1.DrainingList) finding {
	var names []string
	for _, l := range lists[:min(len(lists), namesShown)] {
		names = append(names, l.List)
	}
	which := strings.Join(names, ", ")
	if more := len(lists) - len(names); more > 0 {
		which = fmt.Sprintf("%s and %d more", which, more)
	}
	subject := "Worklist %s was"
	if len(lists) > 1 {
		subject = "Worklists %s were"
	}
	return is(metav1.ConditionTrue, v1alpha1.ReasonListsDraining,
		subject+" deleted with open requests, which end as status.draining says: nothing has to be done.", which)
}
