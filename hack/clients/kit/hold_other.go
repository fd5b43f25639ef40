//go:build !linux

package kit

import "testing"

// hold gives any address: elsewhere a socket that is bound to one keeps a runtime from
// it, too.
func hold(testing.TB) string { return "127.0.0.1:0" }
