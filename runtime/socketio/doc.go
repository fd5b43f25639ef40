// Package socketio is the server's side of Socket.IO v4 (Socket.IO protocol 5 over
// Engine.IO protocol 4) on net/http: long polling, WebSocket, and the upgrade from
// the one to the other. It knows nothing of what is said over it.
//
// One namespace is served, "/". A connection that ends is connected again by the
// client's own library, except behind Disconnect. What a client sends is handed on
// in its order by one goroutine; what is sent to it waits in a bounded queue, and
// a client that does not read or poll is cut off with ErrSlow.
package socketio
