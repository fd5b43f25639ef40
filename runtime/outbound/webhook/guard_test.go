package webhook

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	node := []netip.Prefix{netip.MustParsePrefix("10.1.2.3/32"), netip.MustParsePrefix("fd00:1::/64")}
	for name, tc := range map[string]struct {
		address string
		guard   guard
		refused bool
	}{
		"a public address":                     {"93.184.216.34:443", guard{}, false},
		"a public address of version 6":        {"[2606:2800:220:1::1]:443", guard{}, false},
		"a service of the cluster":             {"10.96.0.17:80", guard{}, false},
		"loopback":                             {"127.0.0.1:80", guard{}, true},
		"all of loopback":                      {"127.9.9.9:80", guard{}, true},
		"loopback of version 6":                {"[::1]:80", guard{}, true},
		"loopback in the clothes of version 6": {"[::ffff:127.0.0.1]:80", guard{}, true},
		"loopback where it is allowed":         {"127.0.0.1:80", guard{allowLoopback: true}, false},
		"metadata service":                     {"169.254.169.254:80", guard{allowLoopback: true}, true},
		"metadata service as version 6":        {"[::ffff:169.254.169.254]:80", guard{allowLoopback: true}, true},
		"link-local of version 6":              {"[fe80::1%eth0]:80", guard{}, true},
		"unspecified":                          {"0.0.0.0:80", guard{allowLoopback: true}, true},
		"this network":                         {"0.1.2.3:80", guard{}, true},
		"unspecified of version 6":             {"[::]:80", guard{}, true},
		"multicast":                            {"224.0.0.1:80", guard{}, true},
		"multicast of version 6":               {"[ff02::1]:80", guard{}, true},
		"broadcast":                            {"255.255.255.255:80", guard{}, true},
		"the node":                             {"10.1.2.3:10250", guard{refused: node}, true},
		"the node in the clothes of version 6": {"[::ffff:10.1.2.3]:10250", guard{refused: node}, true},
		"the node's neighbour":                 {"10.1.2.4:80", guard{refused: node}, false},
		"the API server by version 6":          {"[fd00:1::7%eth0]:443", guard{refused: node}, true},
		"no address":                           {"example.com:80", guard{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if err := tc.guard.control("tcp", tc.address, nil); tc.refused != (err != nil) {
				t.Errorf("%s: %v, want refused %v", tc.address, err, tc.refused)
			}
		})
	}
}

// A name is looked at by what it resolves to, and nothing is ever dialled.
func TestRefusedBeforeDialling(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	p := NewPoster(Options{})
	defer p.CloseIdle()
	for _, host := range []string{"127.0.0.1", "localhost"} {
		err := p.Post(context.Background(), Target{URL: "http://" + net.JoinHostPort(host, port)}, "m1", "text/plain", nil)
		var e *Error
		if !errors.As(err, &e) || !e.Final || e.Rejected() || !strings.Contains(e.Reason, "is not allowed") {
			t.Errorf("%s: %v", host, err)
		}
	}
}
