package client

// Binding is what an agent's feed comes over. What is told is the same.
type Binding string

const (
	// SSE is a stream of server-sent events; calls are HTTP requests beside it.
	SSE Binding = "sse"
	// WebSocket is one connection for the feed and the calls. Calls that are made
	// while it is not there are HTTP requests, so they need no feed.
	WebSocket Binding = "websocket"
)
