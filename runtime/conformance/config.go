package conformance

import (
	"bytes"
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
	Name, ChannelType       string
	CustomerActivityTimeout string
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

// Lists are the suite's lists.
func (Setting) Lists() []List {
	var all []List
	for _, name := range []string{collab, other, beacon, subscribers, admins, grab, reopen, realert, attention, expiry, patience, response, enforce, warn, wrapup, wrapupSlow} {
		l := List{Name: name, ChannelType: "CONFORMANCE"}
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

// Configuration is the YAML that the suite's cases count on, settings of the
// RoutingRuntime first.
func Configuration(s Setting) ([]byte, error) {
	var out bytes.Buffer
	for _, name := range []string{"secrets.yaml", "runtime.yaml", "domains.yaml", "worklists.yaml", "channels.yaml", "subscriptions.yaml"} {
		out.WriteString("---\n")
		if err := s.render(&out, name); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func (s Setting) render(out *bytes.Buffer, name string) error {
	if s.RuntimeName == "" {
		s.RuntimeName = "main"
	}
	if err := templates.ExecuteTemplate(out, name, s); err != nil {
		return fmt.Errorf("make the configuration: %w", err)
	}
	return nil
}
