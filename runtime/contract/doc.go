// Package contract serves desks that exist already: it speaks the published contract
// of agents' events over Socket.IO, on the same hub and the same commands as the API
// of this project. README.md is for who keeps such a desk.
//
// What agents see follows from their feed alone. A desk's feed is read by one
// goroutine, which keeps a picture of what the desk shows and says, event by event,
// what the desk has to be told so that it shows what is: existing desks ring for
// every request that they do not know, and take a row away for one word only. What a
// desk asks for is carried out as it comes, and answered by the feed and by the
// acknowledgement, if it asks for one.
package contract
