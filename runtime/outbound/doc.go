// Package outbound brings agents' messages to customers: it posts what stands in
// the outbox to the outbound URL of the message's channel, in order within a
// conversation, until the connector there has answered.
//
// A message leaves the outbox only after the answer, so nothing is lost over a
// restart; what was answered at that very moment is posted once more, with the same
// id. One that finally fails is noted on its request for the members to see, and
// does not hold up those behind it.
package outbound
