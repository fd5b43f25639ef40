package main

import (
	"fmt"
	"net/netip"
)

// addrs is a flag of IP addresses, given once for each.
type addrs []netip.Addr

func (a *addrs) Set(s string) error {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return fmt.Errorf("%q is no IP address, such as 10.0.0.1", s)
	}
	*a = append(*a, addr.Unmap())
	return nil
}

func (a *addrs) String() string {
	if len(*a) == 0 {
		return ""
	}
	return fmt.Sprint([]netip.Addr(*a))
}

func (a *addrs) Type() string { return "address" }
