// Package engine is the server's side of Engine.IO protocol 4: a session over HTTP
// long polling or a WebSocket, and the upgrade from the one to the other, without a
// message lost or two in the wrong order.
//
// A session is one goroutine while it is idle on a WebSocket, and none while it is
// polled: who writes is started when there is something to write.
package engine
