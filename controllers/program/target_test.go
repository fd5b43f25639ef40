package program_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/controllers/program"
)

func TestTargets(t *testing.T) {
	endpoint := func(pod, address string, serving, terminating bool) discoveryv1.Endpoint {
		return discoveryv1.Endpoint{
			Addresses: []string{address},
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: pod},
			Conditions: discoveryv1.EndpointConditions{
				Ready:   ptr.To(true), // as a Service that publishes every address has it
				Serving: ptr.To(serving), Terminating: ptr.To(terminating),
			},
		}
	}
	slice := func(family discoveryv1.AddressType, endpoints ...discoveryv1.Endpoint) discoveryv1.EndpointSlice {
		return discoveryv1.EndpointSlice{
			AddressType: family, Endpoints: endpoints,
			Ports: []discoveryv1.EndpointPort{
				{Name: ptr.To("metrics"), Port: ptr.To[int32](9090)},
				{Name: ptr.To("admin"), Port: ptr.To[int32](8443)},
			},
		}
	}
	for name, tc := range map[string]struct {
		slices []discoveryv1.EndpointSlice
		want   []program.Target
	}{
		"no slice": {nil, []program.Target{}},
		"ready goes by serving": {
			[]discoveryv1.EndpointSlice{slice(discoveryv1.AddressTypeIPv4, endpoint("main-0", "10.0.0.1", true, false))},
			[]program.Target{{Name: "main-0", Addr: "10.0.0.1:8443", Ready: true}},
		},
		"one that is not ready is found": {
			[]discoveryv1.EndpointSlice{slice(discoveryv1.AddressTypeIPv4, endpoint("main-0", "10.0.0.1", false, false))},
			[]program.Target{{Name: "main-0", Addr: "10.0.0.1:8443"}},
		},
		"one that ends takes no traffic": {
			[]discoveryv1.EndpointSlice{slice(discoveryv1.AddressTypeIPv4, endpoint("main-0", "10.0.0.1", true, true))},
			[]program.Target{{Name: "main-0", Addr: "10.0.0.1:8443"}},
		},
		"ordered by name, over slices": {
			[]discoveryv1.EndpointSlice{
				slice(discoveryv1.AddressTypeIPv4, endpoint("main-1", "10.0.0.2", true, false)),
				slice(discoveryv1.AddressTypeIPv4, endpoint("main-0", "10.0.0.1", true, false)),
			},
			[]program.Target{{Name: "main-0", Addr: "10.0.0.1:8443", Ready: true}, {Name: "main-1", Addr: "10.0.0.2:8443", Ready: true}},
		},
		"two families are one replica": {
			[]discoveryv1.EndpointSlice{
				slice(discoveryv1.AddressTypeIPv4, endpoint("main-0", "10.0.0.1", true, false)),
				slice(discoveryv1.AddressTypeIPv6, endpoint("main-0", "fd00::1", true, false)),
			},
			[]program.Target{{Name: "main-0", Addr: "10.0.0.1:8443", Ready: true}},
		},
		"IPv6": {
			[]discoveryv1.EndpointSlice{slice(discoveryv1.AddressTypeIPv6, endpoint("main-0", "fd00::1", true, false))},
			[]program.Target{{Name: "main-0", Addr: "[fd00::1]:8443", Ready: true}},
		},
		"a slice without the port": {
			[]discoveryv1.EndpointSlice{{AddressType: discoveryv1.AddressTypeIPv4, Endpoints: []discoveryv1.Endpoint{endpoint("main-0", "10.0.0.1", true, false)}}},
			[]program.Target{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, program.Targets(tc.slices, "admin")); diff != "" {
				t.Errorf("targets (-want +got):\n%s", diff)
			}
		})
	}
}
