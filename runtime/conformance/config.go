package conformance

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed config/*.yaml
var files embed.FS

var templates = template.Must(template.ParseFS(files, "config/*.yaml"))

// Setting is what the suite's configuration is made with.
type Setting struct {
	// RuntimeName is the name of the namespace's RoutingRuntime. Default "main".
	RuntimeName string
	// Key is the connectors' key, SigningKey the one of what the runtime posts.
	Key, SigningKey string
	// ReceiverURL is where the runtime reaches the Receiver; empty where there is none.
	ReceiverURL string
	// SessionPolicy of the RoutingRuntime. Default Allow.
	SessionPolicy string
}

// PlainReceiver says whether the receiver is reached without TLS.
func (s Setting) PlainReceiver() bool { return strings.HasPrefix(s.ReceiverURL, "http://") }

// List is a list of the suite and its channel, which has the same name.
type List struct {
	Name, ChannelType string
	// On is the list that the channel names. Default: the one of its own name.
	On string
	// RoutingMode of the channel. Default Pull.
	RoutingMode             string
	ServiceIdentifier       string
	CustomerActivityTimeout string
}

// configured is what the templates are made with.
type configured struct {
	Setting
	Lists []List
}

// The lists, by what they are there for (config/worklists.yaml).
const (
	collab      = "conformance-collab"
	other       = "conformance-other"
	beacon      = "conformance-beacon"
	subscribers = "conformance-subscribers"
	admins      = "conformance-admins"
	grab        = "conformance-grab"
	reopen      = "conformance-reopen"
	realert     = "conformance-realert"
	attention   = "conformance-attention"
	expiry      = "conformance-expiry"
	patience    = "conformance-patience"
	response    = "conformance-response"
	enforce     = "conformance-enforce"
	warn        = "conformance-warn"
	wrapup      = "conformance-wrapup"
	wrapupSlow  = "conformance-wrapup-slow"
)

// lists are the suite's lists.
func lists() []List {
	var all []List
	for _, name := range []string{collab, other, beacon, subscribers, admins, grab, reopen, realert, attention, expiry, patience, response, enforce, warn, wrapup, wrapupSlow} {
		l := List{Name: name}
		switch name {
		case patience:
			l.CustomerActivityTimeout = "2s"
		case enforce, warn:
			l.ChannelType = "CONFORMANCE_SCARCE"
		}
		all = append(all, l)
	}
	return all
}

// Configuration is the YAML that the suite's cases count on.
func Configuration(s Setting) ([]byte, error) {
	return s.render(lists(), "secrets", "runtime", "domains", "worklists", "channels", "subscriptions")
}

func (s Setting) render(lists []List, names ...string) ([]byte, error) {
	if s.RuntimeName == "" {
		s.RuntimeName = "main"
	}
	for i := range lists {
		l := &lists[i]
		l.On = cmp.Or(l.On, l.Name)
		l.ServiceIdentifier = cmp.Or(l.ServiceIdentifier, l.Name)
		l.ChannelType, l.RoutingMode = cmp.Or(l.ChannelType, "CONFORMANCE"), cmp.Or(l.RoutingMode, "Pull")
	}
	var out bytes.Buffer
	for _, name := range names {
		out.WriteString("---\n")
		if err := templates.ExecuteTemplate(&out, name+".yaml", configured{s, lists}); err != nil {
			return nil, fmt.Errorf("make the configuration: %w", err)
		}
	}
	return out.Bytes(), nil
}
