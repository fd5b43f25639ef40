// Package client speaks the runtime's public API: Connector posts customers'
// messages, Agent sees and answers requests and follows the feed.
//
// Every call may be repeated without a second effect (a message has its id, a
// command its Idempotency-Key), so a call that finds the runtime stopping or
// starting is repeated here a few times before its error is given back. What the
// runtime refuses comes back as *protocol.Problem; decide by its Type.
//
// An agent's feed comes over server-sent events or, with Options.Binding, over a
// WebSocket that the agent's calls go over, too. Both go on by themselves after a
// break, from the last cursor, and leave out what comes again.
package client
