package compile

import (
	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// lists is what becomes of the Worklists.
type lists struct {
	served   map[string]snapshot.List
	verdicts []Verdict

	// exists has the name of every object that is wanted, accepted or not.
	exists map[string]bool
	// catalog finds, by label, those that exist and are served.
	catalog *catalog
	// named has every list that a Channel names.
	named map[string]bool
	// open is Input.Open.
	open map[string]int64
}

func compileLists(items []v1alpha1.Worklist, last previous, open map[string]int64, refused Refused) *lists {
	wanted, leaving := split[v1alpha1.Worklist](items)
	l := &lists{
		served:  make(map[string]snapshot.List, len(wanted)),
		exists:  make(map[string]bool, len(wanted)),
		catalog: newCatalog(),
		named:   map[string]bool{},
		open:    open,
	}
	for _, o := range wanted {
		v := newVerdict(snapshot.KindList, o)
		l.exists[o.Name] = true
		form := listForm(o)
		if v.Accepted = checkList(o, &form); v.Accepted.OK && !refused.has(snapshot.KindList, o) {
			l.served[o.Name] = form
		} else if form, ok := last.list(o); ok {
			form.Draining = false
			l.served[o.Name] = form
		}
		if _, ok := l.served[o.Name]; ok {
			l.catalog.add(o.Name, o.Labels)
		}
		l.verdicts = append(l.verdicts, v)
	}
	for _, o := range leaving {
		l.verdicts = append(l.verdicts, leavingVerdict(snapshot.KindList, o))
	}
	l.target(wanted, last)
	l.drain(last)
	return l
}

func checkList(o *v1alpha1.Worklist, form *snapshot.List) Finding {
	soon, overdue, end := o.Spec.Attention.SoonAfter.Duration, o.Spec.Attention.OverdueAfter.Duration, o.Spec.AutoCloseAfter.Duration
	switch {
	case soon <= 0 || overdue <= soon || end < overdue:
		return refused(v1alpha1.ReasonImpossibleTimes, "A request must be due soon (%s), then overdue (%s), before it is closed (%s): put the times in the order 0 < attention.soonAfter < attention.overdueAfter <= autoCloseAfter.", soon, overdue, end)
	case closePolicies[o.Spec.ClosePolicy] == "":
		return refused(v1alpha1.ReasonInvalid, "spec.closePolicy %q is not known: use Members, Subscribers or Admins.", o.Spec.ClosePolicy)
	}
	return servable(form.Problems())
}

var closePolicies = map[v1alpha1.ClosePolicy]snapshot.ClosePolicy{
	v1alpha1.CloseByMembers:     snapshot.CloseMembers,
	v1alpha1.CloseBySubscribers: snapshot.CloseSubscribers,
	v1alpha1.CloseByAdmins:      snapshot.CloseAdmins,
}

func listForm(o *v1alpha1.Worklist) snapshot.List {
	return snapshot.List{
		Source: source(o), DisplayName: o.Spec.DisplayName, Description: o.Spec.Description,
		ClosePolicy:    closePolicies[o.Spec.ClosePolicy],
		SoonAfter:      snapshot.Duration(o.Spec.Attention.SoonAfter.Duration),
		OverdueAfter:   snapshot.Duration(o.Spec.Attention.OverdueAfter.Duration),
		AutoCloseAfter: snapshot.Duration(o.Spec.AutoCloseAfter.Duration),
		JoinPolicy:     snapshot.JoinPolicy(o.Spec.JoinPolicy),
		ReopenPolicy:   snapshot.ReopenPolicy(o.Spec.ReopenPolicy),
		RealertPolicy:  snapshot.RealertPolicy(o.Spec.RealertPolicy),
		CapacityPolicy: snapshot.CapacityPolicy(o.Spec.CapacityPolicy),
		RealertAfter:   snapshot.Duration(o.Spec.RealertAfter.Duration),
		ResponseTime:   optional(o.Spec.ResponseTime),
		WrapUp:         wrapUpForm(o.Spec.WrapUp),
		Deletion: snapshot.Deletion{
			Policy:     snapshot.DeletionPolicy(o.Spec.DeletionPolicy.Type),
			TransferTo: o.Spec.DeletionPolicy.TransferTo,
			Deadline:   optional(o.Spec.DeletionPolicy.Deadline),
		},
	}
}

// wrapUpForm keeps the reasons in their author's order: agents see them in it.
func wrapUpForm(spec *v1alpha1.WrapUp) *snapshot.WrapUp {
	if spec == nil {
		return nil
	}
	form := &snapshot.WrapUp{DefaultReason: spec.DefaultReason, Timeout: snapshot.Duration(spec.Timeout.Duration)}
	for _, r := range spec.Reasons {
		form.Reasons = append(form.Reasons, snapshot.WrapUpReason{Name: r.Name, DisplayName: r.DisplayName})
	}
	return form
}

// warn remarks on the lists that nobody is told of. They work all the same: the
// subscriptions may come later.
func (l *lists) warn(subscriptions []snapshot.Subscription) {
	named := make(map[string]bool, len(l.served))
	for _, u := range subscriptions {
		for _, name := range u.Lists {
			named[name] = true
		}
	}
	for i := range l.verdicts {
		v := &l.verdicts[i]
		if v.Accepted.OK && !named[v.Name] {
			v.Accepted.Reason = v1alpha1.ReasonNoAgentSubscription
			v.Accepted.Message = "No accepted AgentSubscription names this list, so nobody is told of its requests: name it in spec.lists of one."
		}
	}
}

// check judges a reference to a list; where is the field that makes it.
func (l *lists) check(names []string, where string) Finding {
	finding := resolved()
	var missing, draining, unaccepted []string
	for _, name := range names {
		form, served := l.served[name]
		switch {
		case l.exists[name] && served && !form.Draining:
		case l.exists[name]:
			unaccepted = append(unaccepted, name)
		case served:
			draining = append(draining, name)
		default:
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		finding.and(v1alpha1.ReasonListNotFound, "No Worklist %s exists: create it, or correct %s.", enumerate(missing), where)
	}
	if len(draining) > 0 {
		finding.and(v1alpha1.ReasonListNotFound, "Worklist %s was deleted and only finishes its open requests: create it again, or correct %s.", enumerate(draining), where)
	}
	if len(unaccepted) > 0 {
		finding.and(v1alpha1.ReasonReferenceNotAccepted, "Worklist %s was never accepted: see its conditions, and correct it or %s.", enumerate(unaccepted), where)
	}
	return finding
}

func (l *lists) has(name string) bool {
	_, ok := l.served[name]
	return ok
}

func (l *lists) forms() []snapshot.List {
	forms := make([]snapshot.List, 0, len(l.served))
	for _, form := range l.served {
		forms = append(forms, form)
	}
	return forms
}
