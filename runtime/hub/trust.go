package hub

import (
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Option says more of a connection than whose it is.
type Option func(*Conn)

// VouchedBy names the issuer of the connection's token, by its URL in the routing
// snapshot. When a new snapshot does not have it any more, or reads its tokens in
// another way, the connection ends with ErrUntrusted: whose it is would not be what the
// same token says now. Without it, it lasts.
func VouchedBy(issuer string) Option {
	return func(c *Conn) { c.voucher = voucher{issuer: issuer} }
}

// voucher is who vouched for a connection's agent, and what was made of their word:
// for whom it is meant, and how the agent and the groups are named by it.
type voucher struct {
	issuer, audience              string
	usernameClaim, usernamePrefix string
	groupsClaim, groupsPrefix     string
}

// find completes a voucher from the snapshot in force. One whose issuer it does not
// have comes out with no audience, which no snapshot has.
func (v voucher) find(config *snapshot.Index) voucher {
	found := voucher{issuer: v.issuer}
	if config != nil {
		for _, trusted := range config.Authentication.Issuers {
			if trusted.URL == v.issuer {
				found = voucher{
					trusted.URL, trusted.Audience, trusted.UsernameClaim, trusted.UsernamePrefix, trusted.GroupsClaim, trusted.GroupsPrefix,
				}
			}
		}
	}
	return found
}

// vouch takes note of who vouches for a connection now; false where they are not
// trusted.
func (h *Hub) vouch(c *Conn, options []Option) bool {
	for _, o := range options {
		o(c)
	}
	c.voucher = c.voucher.find(h.view.Config())
	return c.voucher.issuer == "" || c.voucher.audience != ""
}

// trusts says whether a connection's issuer is what it was when it vouched.
func (h *Hub) trusts(c *Conn) bool { return c.voucher.find(h.view.Config()) == c.voucher }

// Renew takes the connection's agent as a new token describes them: the same name,
// other groups perhaps. Where that makes their lists different they are told so at
// once, as when a routing snapshot does. An issuer that is not trusted ends the
// connection.
func (c *Conn) Renew(agent inbox.Agent, options ...Option) {
	h := c.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.conns[c]; !known || agent.Name != c.agent.Name {
		return
	}
	if !h.vouch(c, options) {
		c.Abort(ErrUntrusted)
		return
	}
	c.agent = agent
	h.hold(c)
	h.look(c, nil)
	h.tell()
	c.hasten()
}
