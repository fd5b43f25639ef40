package compile

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/runtime/snapshot"
)

// previous finds the last accepted form of an object: the entry of the previous
// snapshot with its name and its UID. An object that was created again under the
// same name is another one, and inherits nothing. What previous hands out is a
// copy, free to be changed.
type previous struct {
	snapshot      *snapshot.Snapshot // never nil
	lists         map[string]*snapshot.List
	domains       map[string]*snapshot.MediaRoutingDomain
	byType        map[string]*snapshot.MediaRoutingDomain
	channels      map[string]*snapshot.Channel
	subscriptions map[string]*snapshot.Subscription
}

func newPrevious(s *snapshot.Snapshot) previous {
	if s == nil {
		s = &snapshot.Snapshot{}
	}
	p := previous{
		snapshot:      s,
		lists:         make(map[string]*snapshot.List, len(s.Lists)),
		domains:       make(map[string]*snapshot.MediaRoutingDomain, len(s.MediaRoutingDomains)),
		byType:        map[string]*snapshot.MediaRoutingDomain{},
		channels:      make(map[string]*snapshot.Channel, len(s.Channels)),
		subscriptions: make(map[string]*snapshot.Subscription, len(s.Subscriptions)),
	}
	for i := range s.Lists {
		p.lists[s.Lists[i].Name] = &s.Lists[i]
	}
	for i := range s.MediaRoutingDomains {
		d := &s.MediaRoutingDomains[i]
		p.domains[d.Name] = d
		for _, t := range d.ChannelTypes {
			p.byType[t] = d
		}
	}
	for i := range s.Channels {
		p.channels[s.Channels[i].Name] = &s.Channels[i]
	}
	for i := range s.Subscriptions {
		p.subscriptions[s.Subscriptions[i].Name] = &s.Subscriptions[i]
	}
	return p
}

func is(s snapshot.Source, o metav1.Object) bool {
	return s.Name == o.GetName() && s.UID == string(o.GetUID())
}

// runtime is what the previous snapshot took of a RoutingRuntime; nil if it was
// not of this one.
func (p previous) runtime(o metav1.Object) *snapshot.Snapshot {
	if !is(p.snapshot.Runtime, o) {
		return nil
	}
	form := *p.snapshot
	form.FormatVersion = snapshot.FormatVersion
	form.Authentication.Issuers = slices.Clone(form.Authentication.Issuers)
	for i := range form.Authentication.Issuers {
		form.Authentication.Issuers[i].Scopes = slices.Clone(form.Authentication.Issuers[i].Scopes)
	}
	form.AllowedOrigins = slices.Clone(form.AllowedOrigins)
	form.EventSink = copyWebhook(form.EventSink)
	form.MediaRoutingDomains, form.Lists, form.Channels, form.Subscriptions = nil, nil, nil, nil
	return &form
}

func (p previous) list(o metav1.Object) (snapshot.List, bool) {
	if l := p.lists[o.GetName()]; l != nil && is(l.Source, o) {
		return copyList(l), true
	}
	return snapshot.List{}, false
}

func copyList(l *snapshot.List) snapshot.List {
	c := *l
	if l.WrapUp != nil {
		wrapUp := *l.WrapUp
		wrapUp.Reasons = slices.Clone(wrapUp.Reasons)
		c.WrapUp = &wrapUp
	}
	return c
}

func (p previous) domain(o metav1.Object) (snapshot.MediaRoutingDomain, bool) {
	if d := p.domains[o.GetName()]; d != nil && is(d.Source, o) {
		return copyDomain(d), true
	}
	return snapshot.MediaRoutingDomain{}, false
}

func copyDomain(d *snapshot.MediaRoutingDomain) snapshot.MediaRoutingDomain {
	c := *d
	c.ChannelTypes = slices.Clone(d.ChannelTypes)
	return c
}

func (p previous) channel(o metav1.Object) (snapshot.Channel, bool) {
	c := p.channels[o.GetName()]
	if c == nil || !is(c.Source, o) {
		return snapshot.Channel{}, false
	}
	form := *c
	form.KeyHashes, form.Outbound = slices.Clone(c.KeyHashes), copyWebhook(c.Outbound)
	return form, true
}

func (p previous) subscription(o metav1.Object) (snapshot.Subscription, bool) {
	u := p.subscriptions[o.GetName()]
	if u == nil || !is(u.Source, o) {
		return snapshot.Subscription{}, false
	}
	form := *u
	form.Agents, form.Groups = slices.Clone(u.Agents), slices.Clone(u.Groups)
	form.Lists, form.Capacity = slices.Clone(u.Lists), slices.Clone(u.Capacity)
	return form, true
}
