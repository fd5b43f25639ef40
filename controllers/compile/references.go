package compile

import (
	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// resolve settles what a Channel names: its type's domain, its list, its keys.
func (c *candidate) resolve(last previous, lists *lists, domains *domains, keys map[string]SecretKeys) {
	finding := resolved()
	domain := c.checkType(last, domains)
	secret := c.readKeys(keys)
	list := resolved()
	if ref := c.object.Spec.ListRef; ref != nil && c.form.RoutingMode == snapshot.RoutingPull {
		list = lists.checkChannel(ref.Name)
		if lists.has(ref.Name) { // one that drains, too: it may know where new requests go (L1)
			c.form.List = ref.Name
		}
	}
	for _, f := range []Finding{domain, list, secret} {
		if !f.OK {
			finding.and(f.Reason, "%s", f.Message)
		}
	}
	c.onlyList = !list.OK && domain.OK && secret.OK
	c.verdict.ResolvedRefs = finding
}

// checkType finds the MediaRoutingDomain of a Channel's type. Where the channel
// was served before, one that has gone since is told from one that never was (L6).
func (c *candidate) checkType(last previous, domains *domains) Finding {
	channelType := c.object.Spec.Type
	if domains.owned(channelType) {
		return resolved()
	}
	if name, ok := domains.refusedBy[channelType]; ok {
		return refused(v1alpha1.ReasonReferenceNotAccepted, "Type %s is in MediaRoutingDomain %s, which is not accepted with it: see the conditions of %s and correct it.", channelType, name, name)
	}
	form, served := last.channel(c.object)
	if gone := last.byType[channelType]; served && form.Type == channelType && gone != nil {
		if domains.exists[gone.Name] {
			return refused(v1alpha1.ReasonMediaRoutingDomainNotFound, "MediaRoutingDomain %s does not have the type %s any more, and no other one does: add it to the channelTypes of one; until then the channel is served as it was.", gone.Name, channelType)
		}
		return refused(v1alpha1.ReasonMediaRoutingDomainDeleted, "MediaRoutingDomain %s, to which type %s belonged, was deleted: create it again, or add the type to another one; until then the channel is served as it was.", gone.Name, channelType)
	}
	return refused(v1alpha1.ReasonMediaRoutingDomainNotFound, "No MediaRoutingDomain has the type %s (%s): add it to the channelTypes of one, or correct spec.type.", channelType, domains.types())
}

// readKeys takes the hashes of the connector's keys into the form, and what its
// outbound messages are signed with.
func (c *candidate) readKeys(keys map[string]SecretKeys) Finding {
	spec := &c.object.Spec
	key, finding := find(keys, spec.SecretRef.Name, spec.SecretRef.Key, "the connector's key", "spec.secretRef")
	c.form.KeyHashes = set(key.Hashes)
	outbound, signing := webhookForm(spec.Outbound, keys, "spec.outbound")
	c.form.Outbound = outbound
	if !signing.OK {
		finding.and(signing.Reason, "%s", signing.Message)
	}
	return finding
}
