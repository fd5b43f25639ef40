package compile

import (
	"slices"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

type subscriptions struct {
	served   []snapshot.Subscription
	verdicts []Verdict
}

// compileSubscriptions resolves lists and capacities. A name that does not
// resolve takes nothing from the ones that do.
func compileSubscriptions(items []v1alpha1.AgentSubscription, last previous, lists *lists, domains *domains, refused Refused) subscriptions {
	wanted, leaving := split[v1alpha1.AgentSubscription](items)
	result := subscriptions{
		served:   make([]snapshot.Subscription, 0, len(wanted)),
		verdicts: make([]Verdict, 0, len(items)),
	}
	for _, o := range wanted {
		v := newVerdict(snapshot.KindSubscription, o)
		old, known := last.subscription(o)
		form, selected, finding := subscriptionForm(o, old, lists, domains)
		v.Accepted, v.ResolvedRefs = finding, resolveSubscription(o, lists, domains)
		if finding.OK {
			warnOfNothing(&v.ResolvedRefs, o, selected)
		}
		switch {
		case finding.OK && !refused.has(snapshot.KindSubscription, o):
			result.served = append(result.served, form)
		case known:
			result.served = append(result.served, fit(old, lists, domains))
		}
		result.verdicts = append(result.verdicts, v)
	}
	for _, o := range leaving {
		result.verdicts = append(result.verdicts, leavingVerdict(snapshot.KindSubscription, o))
	}
	return result
}

var roles = map[v1alpha1.Role]snapshot.Role{
	v1alpha1.RoleRepresentative: snapshot.Representative,
	v1alpha1.RoleAdmin:          snapshot.Admin,
}

// subscriptionForm gives the present form, how many lists the selector takes,
// and whether the form is acceptable.
func subscriptionForm(o *v1alpha1.AgentSubscription, old snapshot.Subscription, lists *lists, domains *domains) (snapshot.Subscription, int, Finding) {
	form := snapshot.Subscription{
		Source: source(o), Agents: set(o.Spec.Agents), Groups: set(o.Spec.Groups),
		Role: roles[o.Spec.Role], AutoSubscribe: o.Spec.AutoSubscribe == nil || *o.Spec.AutoSubscribe,
	}
	switch {
	case form.Role == "":
		return form, 0, refused(v1alpha1.ReasonInvalid, "spec.role %q is not known: use Representative or Admin.", o.Spec.Role)
	case len(form.Agents)+len(form.Groups) == 0:
		return form, 0, refused(v1alpha1.ReasonInvalid, "Nobody is subscribed: name at least one of spec.agents or one of spec.groups.")
	case len(o.Spec.Lists.Names) == 0 && o.Spec.Lists.Selector == nil:
		return form, 0, refused(v1alpha1.ReasonInvalid, "No list is named: give spec.lists.names or spec.lists.selector.")
	}
	names := o.Spec.Lists.Names
	selected := 0
	if selector := o.Spec.Lists.Selector; selector != nil {
		found, err := lists.catalog.find(selector)
		if err != nil {
			return form, 0, refused(v1alpha1.ReasonInvalid, "spec.lists.selector cannot be read (%v): correct it.", err)
		}
		selected = len(found)
		names = slices.Concat(names, found, drainingOf(old, lists))
	}
	form.Lists = slices.DeleteFunc(set(names), func(name string) bool { return !lists.has(name) })

	finding := accepted()
	for _, c := range o.Spec.Capacity {
		domain := domains.served[c.MediaRoutingDomain]
		switch {
		case c.MaxRequests < 0:
			finding.and(v1alpha1.ReasonInvalid, "A capacity of %d for MediaRoutingDomain %s means nothing: use 0 or more.", c.MaxRequests, c.MediaRoutingDomain)
		case domain == nil: // ResolvedRefs tells
		case c.MaxRequests > domain.MaxRequests && domains.exists[domain.Name]:
			finding.and(v1alpha1.ReasonCapacityAboveLimit, "A capacity of %d is above the %d that MediaRoutingDomain %s allows an agent: lower it in spec.capacity, or raise spec.maxRequests there.", c.MaxRequests, domain.MaxRequests, domain.Name)
		default:
			form.Capacity = append(form.Capacity, snapshot.Capacity{MediaRoutingDomain: domain.Name, MaxRequests: min(c.MaxRequests, domain.MaxRequests)})
		}
	}
	return form, selected, finding
}

// drainingOf gives the lists that drain and that the subscription had when they
// did not: their labels are gone with their objects, so no selector finds them,
// and the agents who work on them have to stay.
func drainingOf(old snapshot.Subscription, lists *lists) []string {
	var names []string
	for _, name := range old.Lists {
		if lists.served[name].Draining {
			names = append(names, name)
		}
	}
	return names
}

// fit is a last accepted form with what is left of what it names. A limit that
// was lowered since holds for it too (L6).
func fit(form snapshot.Subscription, lists *lists, domains *domains) snapshot.Subscription {
	form.Lists = slices.DeleteFunc(form.Lists, func(name string) bool { return !lists.has(name) })
	form.Capacity = slices.DeleteFunc(form.Capacity, func(c snapshot.Capacity) bool { return domains.served[c.MediaRoutingDomain] == nil })
	for i := range form.Capacity {
		c := &form.Capacity[i]
		c.MaxRequests = min(c.MaxRequests, domains.served[c.MediaRoutingDomain].MaxRequests)
	}
	return form
}

func resolveSubscription(o *v1alpha1.AgentSubscription, lists *lists, domains *domains) Finding {
	finding := lists.check(o.Spec.Lists.Names, "spec.lists.names")
	var missing, deleted, unaccepted []string
	for _, c := range o.Spec.Capacity {
		name := c.MediaRoutingDomain
		served := domains.served[name] != nil
		switch {
		case domains.exists[name] && served:
		case domains.exists[name]:
			unaccepted = append(unaccepted, name)
		case served:
			deleted = append(deleted, name)
		default:
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		finding.and(v1alpha1.ReasonMediaRoutingDomainNotFound, "No MediaRoutingDomain %s exists: create it, or correct spec.capacity.", enumerate(missing))
	}
	if len(deleted) > 0 {
		finding.and(v1alpha1.ReasonMediaRoutingDomainDeleted, "MediaRoutingDomain %s was deleted and only serves the channels that it had: create it again, or correct spec.capacity.", enumerate(deleted))
	}
	if len(unaccepted) > 0 {
		finding.and(v1alpha1.ReasonReferenceNotAccepted, "MediaRoutingDomain %s was never accepted: see its conditions, and correct it or spec.capacity.", enumerate(unaccepted))
	}
	return finding
}

// warnOfNothing remarks on a selector that takes no list: the lists may come later.
func warnOfNothing(finding *Finding, o *v1alpha1.AgentSubscription, selected int) {
	if finding.OK && len(o.Spec.Lists.Names) == 0 && selected == 0 {
		finding.Reason = v1alpha1.ReasonNoListSelected
		finding.Message = "The selector takes no Worklist now: label one so that it does, or correct spec.lists.selector."
	}
}
