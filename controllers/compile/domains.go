package compile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// domains is what becomes of the MediaRoutingDomains. Each channel type belongs
// to one of them.
type domains struct {
	last     previous
	served   map[string]*snapshot.MediaRoutingDomain
	verdicts []Verdict

	// exists has the name of every object that is wanted, accepted or not.
	exists map[string]bool
	// owner is the served domain of a channel type.
	owner map[string]string
	// refusedBy names the domain that has a type in its spec and was not accepted.
	refusedBy map[string]string
}

func compileDomains(items []v1alpha1.MediaRoutingDomain, last previous, refused Refused) *domains {
	wanted, leaving := split[v1alpha1.MediaRoutingDomain](items)
	d := &domains{
		last:   last,
		served: make(map[string]*snapshot.MediaRoutingDomain, len(wanted)),
		exists: make(map[string]bool, len(wanted)),
		owner:  map[string]string{}, refusedBy: map[string]string{},
	}
	var turnedDown []*v1alpha1.MediaRoutingDomain
	for _, o := range wanted {
		v := newVerdict(snapshot.KindMediaRoutingDomain, o)
		d.exists[o.Name] = true
		if v.Accepted = d.check(o); v.Accepted.OK && !refused.has(snapshot.KindMediaRoutingDomain, o) {
			d.put(snapshot.MediaRoutingDomain{
				Source: source(o), DisplayName: o.Spec.DisplayName,
				MaxRequests: o.Spec.MaxRequests, ChannelTypes: set(o.Spec.ChannelTypes),
			})
		} else {
			turnedDown = append(turnedDown, o)
		}
		d.verdicts = append(d.verdicts, v)
	}
	for _, o := range turnedDown {
		if form, ok := last.domain(o); ok {
			form.ChannelTypes = slices.DeleteFunc(form.ChannelTypes, d.owned) // types that another one was given meanwhile
			d.put(form)
		}
		for _, t := range o.Spec.ChannelTypes {
			if _, taken := d.refusedBy[t]; !taken {
				d.refusedBy[t] = o.Name
			}
		}
	}
	for _, o := range leaving {
		d.verdicts = append(d.verdicts, leavingVerdict(snapshot.KindMediaRoutingDomain, o))
	}
	return d
}

// check accepts a domain whose types are all free. One that is not accepted
// holds none of them, so it is in nobody's way.
func (d *domains) check(o *v1alpha1.MediaRoutingDomain) Finding {
	if o.Spec.MaxRequests < 1 {
		return refused(v1alpha1.ReasonInvalid, "An agent must be able to take a request: set spec.maxRequests to at least 1.")
	}
	var taken []string
	for _, t := range set(o.Spec.ChannelTypes) {
		if other, ok := d.owner[t]; ok {
			taken = append(taken, fmt.Sprintf("%s (of %s)", t, other))
		}
	}
	if len(taken) > 0 {
		return refused(v1alpha1.ReasonConflict, "A channel type belongs to one MediaRoutingDomain, and an older one has %s: remove it from spec.channelTypes, here or there.", strings.Join(taken, ", "))
	}
	return accepted()
}

func (d *domains) put(form snapshot.MediaRoutingDomain) {
	d.served[form.Name] = &form
	for _, t := range form.ChannelTypes {
		d.owner[t] = form.Name
	}
}

func (d *domains) owned(channelType string) bool {
	_, ok := d.owner[channelType]
	return ok
}

// knows tells whether a form of this type can be served: its domain is there, or
// can be kept for it.
func (d *domains) knows(channelType string) bool {
	return d.owned(channelType) || d.last.byType[channelType] != nil
}

// keepFor keeps what served channels still need of domains that are gone (L6): a
// domain that was deleted stays as it was last; one that has given the type up
// keeps that type. So every served channel has a domain, and a limit.
func (d *domains) keepFor(channels []snapshot.Channel) {
	for _, c := range channels {
		if d.owned(c.Type) {
			continue
		}
		last := d.last.byType[c.Type]
		if form := d.served[last.Name]; form != nil {
			form.ChannelTypes = append(form.ChannelTypes, c.Type)
			d.owner[c.Type] = form.Name
			continue
		}
		form := copyDomain(last)
		form.ChannelTypes = slices.DeleteFunc(form.ChannelTypes, d.owned)
		d.put(form)
	}
}

func (d *domains) forms() []snapshot.MediaRoutingDomain {
	forms := make([]snapshot.MediaRoutingDomain, 0, len(d.served))
	for _, form := range d.served {
		forms = append(forms, *form)
	}
	return forms
}

// types are the channel types that a Channel may have, for a message.
func (d *domains) types() string {
	if len(d.owner) == 0 {
		return "no other type exists either"
	}
	return "the types that exist are " + enumerate(slices.Collect(maps.Keys(d.owner)))
}
