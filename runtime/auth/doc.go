// Package auth says who is calling: agents by OpenID Connect tokens, connectors
// by the key of their channel. It knows nothing of lists and rights: what a
// caller may do follows from the routing snapshot and the groups found here.
//
// Every configured issuer is trusted alike. An agent is known by name alone, so two
// issuers that both sign for "mary" speak of the same agent, unless one of them has a
// UsernamePrefix.
package auth
