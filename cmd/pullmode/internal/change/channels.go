package change

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/pullmode/operator/runtime/snapshot"
)

func (c *comparison) channels(was, will *snapshot.Snapshot) {
	each(was.Channels, will.Channels, func(ch *snapshot.Channel) string { return ch.Name }, func(name string, was, will *snapshot.Channel) {
		switch {
		case was == nil:
			c.add(channels, Add, name, []string{fmt.Sprintf("%s %s: %s", will.Type, will.ServiceIdentifier, lands(will))})
		case will == nil:
			c.add(channels, Remove, name, []string{fmt.Sprintf("%s %s: what customers write there is refused from then on", was.Type, was.ServiceIdentifier)})
		default:
			what, touched := c.channel(was, will)
			if len(what) > 0 {
				c.add(channels, Modify, name, what, touched...)
			}
		}
	})
}

// lands says where new requests of a channel go.
func lands(ch *snapshot.Channel) string {
	switch {
	case ch.RoutingMode != snapshot.RoutingPull:
		return fmt.Sprintf("it is routed elsewhere (%s)", ch.RoutingMode)
	case ch.List == "":
		return "new requests are refused, for its list is not there"
	}
	return "new requests go to " + ch.List
}

func (c *comparison) channel(was, will *snapshot.Channel) (what words, touched []string) {
	if was.List != will.List || was.RoutingMode != will.RoutingMode {
		text := fmt.Sprintf("list %s -> %s: %s", cmp.Or(was.List, "none"), cmp.Or(will.List, "none"), lands(will))
		if was.List != "" {
			touched = append(touched, was.List)
			if open := c.open(was.List); open != "" {
				text += fmt.Sprintf("; what is open stays on %s (%s)", was.List, open)
			}
		}
		what.say("%s", text)
	}
	what.field("routingMode", string(was.RoutingMode), string(will.RoutingMode))
	what.field("type", was.Type, will.Type)
	what.field("serviceIdentifier", was.ServiceIdentifier, will.ServiceIdentifier)
	what.text("anonymousName", was.AnonymousName, will.AnonymousName)
	what.duration("customerActivityTimeout", was.CustomerActivityTimeout, will.CustomerActivityTimeout)
	what.field("messageMaxLength", strconv.Itoa(was.MaxLength()), strconv.Itoa(will.MaxLength()))
	what.keys("connector", was.KeyHashes, will.KeyHashes)
	what.hook("outbound", was.Outbound, will.Outbound)
	return what, touched
}
