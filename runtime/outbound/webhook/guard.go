package webhook

import (
	"fmt"
	"net/netip"
	"syscall"
)

// refusedError is a connection that is not made.
type refusedError struct{ address netip.Addr }

func (e *refusedError) Error() string {
	return fmt.Sprintf("the address %s is not allowed: it belongs to the machine or the cluster itself", e.address)
}

// guard refuses addresses that a configured URL must not reach: with them, who
// may write a URL could speak to the node, to the API server or to a cloud's
// metadata service in the runtime's place.
type guard struct {
	allowLoopback bool
	refused       []netip.Prefix
}

// control looks at the address that is about to be dialled, after any name was
// resolved, so that no name and no redirection of one leads around it.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read the address %q: %w", address, err)
	}
	if ip := to.Addr().WithZone("").Unmap(); g.refuses(ip) {
		return &refusedError{ip}
	}
	return nil
}

var (
	thisNetwork = netip.MustParsePrefix("0.0.0.0/8") // the unspecified address, and what some systems take for it
	broadcast   = netip.MustParseAddr("255.255.255.255")
)

func (g guard) refuses(ip netip.Addr) bool {
	switch {
	case ip.IsLoopback() && !g.allowLoopback,
		ip.IsLinkLocalUnicast(), // 169.254.0.0/16 with metadata services, fe80::/10
		ip.IsMulticast(), ip.IsUnspecified(), thisNetwork.Contains(ip), ip == broadcast:
		return true
	}
	for _, prefix := range g.refused {
		if prefix.Contains(ip) {
			return true
		}
	}
	return false
}
