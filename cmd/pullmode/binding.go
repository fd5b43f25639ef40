package main

import "github.com/pullmode/operator/runtime/client"

// bindings are what a feed can come over.
const bindings = string(client.SSE) + ", " + string(client.WebSocket)

func checkBinding(b string) error {
	if b != string(client.SSE) && b != string(client.WebSocket) {
		return usage("there is no binding %q: use one of %s", b, bindings)
	}
	return nil
}
