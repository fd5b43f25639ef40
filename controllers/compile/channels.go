package compile

import (
	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

type channels struct {
	served   []snapshot.Channel
	verdicts []Verdict
}

// identity is what no two channels share (L10): the page or number, within its type.
type identity struct{ channelType, serviceIdentifier string }

func identityOf(c *snapshot.Channel) identity { return identity{c.Type, c.ServiceIdentifier} }

// candidate is a Channel on its way into the snapshot.
type candidate struct {
	object   *v1alpha1.Channel
	verdict  Verdict
	form     snapshot.Channel // its present form; List is empty where there is none
	onlyList bool             // its list is all that is wrong
	refused  bool             // the runtime does not take its present form
}

// compileChannels decides in three rounds, because a last accepted form never
// stands in the way of a present one: who holds which identity, whose present
// form is served, and then whose last form still fits in.
func compileChannels(items []v1alpha1.Channel, last previous, lists *lists, domains *domains, keys map[string]SecretKeys, refused Refused) channels {
	wanted, leaving := split[v1alpha1.Channel](items)
	candidates := make([]candidate, 0, len(wanted))
	holder := make(map[identity]string, len(wanted))
	for _, o := range wanted {
		c := candidate{object: o, verdict: newVerdict(snapshot.KindChannel, o), form: channelForm(o), refused: refused.has(snapshot.KindChannel, o)}
		c.verdict.Accepted = checkChannel(o, &c.form, holder)
		if c.verdict.Accepted.OK {
			holder[identityOf(&c.form)] = o.Name
		}
		c.resolve(last, lists, domains, keys)
		candidates = append(candidates, c)
	}

	result := channels{served: make([]snapshot.Channel, 0, len(candidates)), verdicts: make([]Verdict, 0, len(items))}
	taken := make(map[identity]bool, len(candidates))
	put := func(form snapshot.Channel) {
		taken[identityOf(&form)] = true
		result.served = append(result.served, form)
	}
	var turnedDown []*candidate
	for i := range candidates {
		c := &candidates[i]
		result.verdicts = append(result.verdicts, c.verdict)
		switch {
		case c.refused:
			turnedDown = append(turnedDown, c)
		case c.verdict.Accepted.OK && c.verdict.ResolvedRefs.OK:
			put(c.form)
		case c.verdict.Accepted.OK && c.onlyList:
			put(c.withoutList(last, lists, domains, holder))
		default:
			turnedDown = append(turnedDown, c)
		}
	}
	for _, c := range turnedDown {
		if form, ok := c.lastForm(last, lists, domains); ok && !taken[identityOf(&form)] {
			put(form)
		}
	}
	for _, o := range leaving {
		result.verdicts = append(result.verdicts, leavingVerdict(snapshot.KindChannel, o))
	}
	return result
}

var routingModes = map[v1alpha1.RoutingMode]snapshot.RoutingMode{
	v1alpha1.RoutingPull:     snapshot.RoutingPull,
	v1alpha1.RoutingPush:     snapshot.RoutingPush,
	v1alpha1.RoutingExternal: snapshot.RoutingExternal,
}

func checkChannel(o *v1alpha1.Channel, form *snapshot.Channel, holder map[identity]string) Finding {
	switch {
	case routingModes[o.Spec.RoutingMode] == "":
		return refused(v1alpha1.ReasonInvalid, "spec.routingMode %q is not known: use Pull, Push or External.", o.Spec.RoutingMode)
	case o.Spec.RoutingMode == v1alpha1.RoutingPull && o.Spec.ListRef == nil:
		return refused(v1alpha1.ReasonInvalid, "Requests of a Pull channel need a list: set spec.listRef.name to a Worklist of this namespace.")
	}
	if other, ok := holder[identity{o.Spec.Type, o.Spec.ServiceIdentifier}]; ok {
		return refused(v1alpha1.ReasonConflict, "Service identifier %q of type %s belongs to Channel %s, which is older: change spec.serviceIdentifier, or delete one of the two.", o.Spec.ServiceIdentifier, o.Spec.Type, other)
	}
	return servable(form.Problems())
}

// channelForm is a Channel without what has to be resolved: its list and its keys.
func channelForm(o *v1alpha1.Channel) snapshot.Channel {
	form := snapshot.Channel{
		Source: source(o), Type: o.Spec.Type, ServiceIdentifier: o.Spec.ServiceIdentifier,
		RoutingMode: routingModes[o.Spec.RoutingMode], AnonymousName: o.Spec.AnonymousName,
		CustomerActivityTimeout: optional(o.Spec.CustomerActivityTimeout), MessageMaxLength: o.Spec.MessageMaxLength,
	}
	if o.Spec.Outbound != nil {
		form.Outbound = &snapshot.Webhook{URL: o.Spec.Outbound.URL}
	}
	return form
}

// withoutList is what is served of a Channel that is right but for its list: the
// last accepted form if requests still land somewhere with it, and otherwise the
// present form without a list, so that a connector is told to try later (L1). It
// looks at who holds an identity and not at what is served so far, so that no
// channel's turn changes another one's.
func (c *candidate) withoutList(last previous, lists *lists, domains *domains, holder map[identity]string) snapshot.Channel {
	form, ok := c.lastForm(last, lists, domains)
	if !ok || (form.RoutingMode == snapshot.RoutingPull && form.List == "") {
		return c.form
	}
	if other, held := holder[identityOf(&form)]; held && other != c.object.Name {
		return c.form
	}
	return form
}

// lastForm is the last accepted form of a Channel as it can still be served. Its
// keys are those of today where the object itself has not changed since: they
// belong to the Secret, and whoever changes a key must be able to rely on it. With
// a form that the runtime refused, they could be what it does not take.
func (c *candidate) lastForm(last previous, lists *lists, domains *domains) (snapshot.Channel, bool) {
	form, ok := last.channel(c.object)
	if !ok || !domains.knows(form.Type) {
		return snapshot.Channel{}, false
	}
	if !lists.has(form.List) {
		form.List = ""
	}
	if form.Generation == c.form.Generation && !c.refused {
		if len(c.form.KeyHashes) > 0 {
			form.KeyHashes = c.form.KeyHashes
		}
		if now := c.form.Outbound; form.Outbound != nil && now != nil && len(now.SigningKeys) > 0 {
			form.Outbound = now
		}
	}
	return form, true
}
