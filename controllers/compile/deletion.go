package compile

import (
	"maps"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// target settles what a list that may be deleted one day transfers to. Where that
// list is not there, the last accepted form is served (L9), and where there is
// none that was whole, the present one without a target.
//
// A form without its target has an empty deletion policy, which works as Drain;
// so it is told from one whose author wants Drain.
func (l *lists) target(wanted []*v1alpha1.Worklist, last previous) {
	for _, o := range wanted {
		form, ok := l.served[o.Name]
		if !ok || l.targeted(&form) {
			continue
		}
		if old, ok := last.list(o); ok && old.Deletion.Policy != "" && l.targeted(&old) {
			old.Draining = false
			l.served[o.Name] = old
			continue
		}
		l.served[o.Name] = withoutTarget(form)
	}
}

// targeted tells whether a list transfers to one that is there, or not at all. It
// is asked before those that drain are among the served ones: two of them could
// send requests in circles.
func (l *lists) targeted(form *snapshot.List) bool {
	to := form.Deletion.TransferTo
	return to == "" || l.has(to)
}

func withoutTarget(form snapshot.List) snapshot.List {
	form.Deletion = snapshot.Deletion{Deadline: form.Deletion.Deadline}
	return form
}

// drain keeps a list whose object is gone, with its last policy, while requests of
// it are open (L2), and one that transfers also without, until settle knows
// whether a Channel names it. Nothing new lands on it.
func (l *lists) drain(last previous) {
	draining := map[string]snapshot.List{}
	for name, form := range last.lists {
		if _, ok := l.served[name]; ok {
			continue
		}
		form := copyList(form)
		form.Draining = true
		if !l.targeted(&form) {
			form = withoutTarget(form)
		}
		if l.isOpen(name) || form.Deletion.TransferTo != "" {
			draining[name] = form
		}
	}
	maps.Copy(l.served, draining)
}

// isOpen tells whether requests of a list are open, or may be.
func (l *lists) isOpen(name string) bool { return l.open == nil || l.open[name] != 0 }

// settle is called once it is known which lists Channels name. Of those that drain
// and have nothing open any more, these stay: new requests go on to where they
// transfer (L1). The others go. Then it can be told what the lists that exist
// name.
func (l *lists) settle(items []v1alpha1.Worklist, channels []snapshot.Channel) {
	for _, c := range channels {
		l.named[c.List] = true
	}
	maps.DeleteFunc(l.served, func(name string, form snapshot.List) bool {
		return form.Draining && !l.isOpen(name) && !l.named[name]
	})
	targets := map[string]string{}
	for _, o := range items {
		if o.DeletionTimestamp == nil {
			targets[o.Name] = o.Spec.DeletionPolicy.TransferTo
		}
	}
	for i := range l.verdicts {
		if v := &l.verdicts[i]; targets[v.Name] != "" {
			v.ResolvedRefs = l.check([]string{targets[v.Name]}, "spec.deletionPolicy.transferTo")
		}
	}
}

// checkChannel judges a Channel's reference to a list, and notes it.
func (l *lists) checkChannel(name string) Finding {
	l.named[name] = true
	finding := l.check([]string{name}, "spec.listRef.name")
	if form := l.served[name]; form.Draining && form.Deletion.TransferTo != "" && !l.exists[name] {
		return refused(v1alpha1.ReasonListNotFound, "Worklist %s was deleted, and new requests go to %s, to which it transfers: correct spec.listRef.name, or create it again.", name, form.Deletion.TransferTo)
	}
	return finding
}
