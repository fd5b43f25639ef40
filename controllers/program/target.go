package program

import (
	"cmp"
	"net"
	"slices"
	"strconv"

	discoveryv1 "k8s.io/api/discovery/v1"
)

// Target is one replica of a runtime.
type Target struct {
	// Name is the replica's own name, its pod's.
	Name string
	// Addr is the host and port of its admin port.
	Addr string
	// Ready says that it takes traffic.
	Ready bool
}

// Targets finds the replicas in the EndpointSlices of a headless Service, by the
// named port, ordered by name. Replicas that are not ready are among them: one
// becomes ready by being programmed.
func Targets(slicesOfService []discoveryv1.EndpointSlice, portName string) []Target {
	byName := map[string]Target{}
	for i := range slicesOfService {
		slice := &slicesOfService[i]
		port := portOf(slice, portName)
		if port == 0 || slice.AddressType == discoveryv1.AddressTypeFQDN {
			continue
		}
		for j := range slice.Endpoints {
			endpoint := &slice.Endpoints[j]
			if len(endpoint.Addresses) == 0 {
				continue
			}
			t := Target{
				Name:  nameOf(endpoint),
				Addr:  net.JoinHostPort(endpoint.Addresses[0], strconv.Itoa(port)),
				Ready: ready(endpoint.Conditions),
			}
			// A pod can be in a slice of each address family, and for a moment in two of one.
			if other, there := byName[t.Name]; !there || t.Ready && !other.Ready {
				byName[t.Name] = t
			}
		}
	}
	targets := make([]Target, 0, len(byName))
	for _, t := range byName {
		targets = append(targets, t)
	}
	slices.SortFunc(targets, func(a, b Target) int { return cmp.Compare(a.Name, b.Name) })
	return targets
}

func portOf(slice *discoveryv1.EndpointSlice, name string) int {
	for _, p := range slice.Ports {
		if p.Name != nil && *p.Name == name && p.Port != nil {
			return int(*p.Port)
		}
	}
	return 0
}

func nameOf(endpoint *discoveryv1.Endpoint) string {
	if endpoint.TargetRef != nil && endpoint.TargetRef.Name != "" {
		return endpoint.TargetRef.Name
	}
	return endpoint.Addresses[0]
}

// ready goes by serving and terminating. The condition ready is no use here: in
// a Service that publishes addresses that are not ready, it is always true.
func ready(c discoveryv1.EndpointConditions) bool {
	serving := c.Serving != nil && *c.Serving
	terminating := c.Terminating != nil && *c.Terminating
	return serving && !terminating
}
