// Package snapshot holds the compiled routing configuration: what the operator
// hands to a runtime, what a runtime keeps in its store and serves, and the few
// messages of the admin protocol around it. It is the only package that both
// sides of the product share, so it imports neither.
//
// A snapshot is complete: a runtime that has one needs nothing else to route.
// It is canonical: equal configuration gives equal bytes and an equal digest,
// whoever compiled it and in whatever order the objects came.
package snapshot

import (
	"encoding/json"
	"time"
)

// FormatVersion is the version of the encoding. A runtime refuses a snapshot
// of a newer format than its own, and says so.
const FormatVersion = 1

// Snapshot is one compiled routing configuration. Every slice is ordered by
// name; Canonicalize brings that about.
type Snapshot struct {
	FormatVersion       int                  `json:"formatVersion"`
	Runtime             Source               `json:"runtime"`
	Authentication      Authentication       `json:"authentication"`
	Retention           Retention            `json:"retention"`
	MediaRoutingDomains []MediaRoutingDomain `json:"mediaRoutingDomains,omitempty"`
	Lists               []List               `json:"lists,omitempty"`
	Channels            []Channel            `json:"channels,omitempty"`
	Subscriptions       []Subscription       `json:"subscriptions,omitempty"`
}

// Source names the object that an entry was compiled from, and the generation
// of it that the entry reflects. With it a read-back says per object what is
// really served.
type Source struct {
	Name       string `json:"name"`
	UID        string `json:"uid,omitempty"`
	Generation int64  `json:"generation,omitempty"`
}

// Authentication says whose tokens the runtime accepts from agents.
type Authentication struct {
	Issuers []Issuer `json:"issuers,omitempty"`
}

// Issuer is one OpenID Connect issuer.
type Issuer struct {
	URL           string `json:"url"`
	Audience      string `json:"audience"`
	UsernameClaim string `json:"usernameClaim"`
	GroupsClaim   string `json:"groupsClaim"`
	// CABundle is PEM; empty means the system's roots.
	CABundle string `json:"caBundle,omitempty"`
	// AllowHTTP accepts an http:// URL: for development only.
	AllowHTTP bool `json:"allowHTTP,omitempty"`
}

// Retention says how long the runtime keeps what is over.
type Retention struct {
	// Closed is how long a closed request still gets its right answers
	// (T12, T17, T20).
	Closed Duration `json:"closed"`
	// Feed is how long a cursor can be resumed (R1, R2).
	Feed Duration `json:"feed"`
}

// MediaRoutingDomain groups channel types and limits what one agent may hold
// of them at once.
type MediaRoutingDomain struct {
	Source
	DisplayName  string   `json:"displayName"`
	MaxRequests  int32    `json:"maxRequests"`
	ChannelTypes []string `json:"channelTypes"`
}

// ClosePolicy says who may close a request of a list; Admins always may.
type ClosePolicy string

// The close policies (semantics.md, roles).
const (
	// CloseMembers lets whoever has joined close: the default.
	CloseMembers ClosePolicy = "Members"
	// CloseSubscribers lets everybody close who is subscribed to the list.
	CloseSubscribers ClosePolicy = "Subscribers"
	// CloseAdmins leaves it to Admins.
	CloseAdmins ClosePolicy = "Admins"
)

// List is where requests wait for agents.
type List struct {
	Source
	DisplayName string      `json:"displayName"`
	Description string      `json:"description,omitempty"`
	ClosePolicy ClosePolicy `json:"closePolicy"`
	// SoonAfter and OverdueAfter bound the attention buckets (C2).
	SoonAfter    Duration `json:"soonAfter"`
	OverdueAfter Duration `json:"overdueAfter"`
	// AutoCloseAfter closes a request this long after the last customer
	// message (T22, C6).
	AutoCloseAfter Duration `json:"autoCloseAfter"`
	// Draining is set while the list's object is gone and requests of it are
	// still open: no new request lands here (L1, L2).
	Draining bool `json:"draining,omitempty"`
}

// RoutingMode says who routes a channel's requests.
type RoutingMode string

// The routing modes. Only Pull is routed here; a message posted to a channel of
// another mode is refused with the reason.
const (
	RoutingPull     RoutingMode = "Pull"
	RoutingPush     RoutingMode = "Push"
	RoutingExternal RoutingMode = "External"
)

// Channel is one way in for customers.
type Channel struct {
	Source
	Type              string      `json:"type"`
	ServiceIdentifier string      `json:"serviceIdentifier"`
	RoutingMode       RoutingMode `json:"routingMode"`
	// List is where new requests land. Empty for a channel that is not in Pull
	// mode, and for one whose list does not exist: the connector is then told
	// to try later (L1).
	List string `json:"list,omitempty"`
	// AnonymousName is shown for a customer who gives no name.
	AnonymousName string `json:"anonymousName"`
	// KeyHashes are the connector keys that the channel accepts, hashed. They
	// are confidential all the same: no log, diff or read-back shows them.
	KeyHashes []string `json:"keyHashes,omitempty"`
}

// Role is what an agent is on a list.
type Role string

// The roles; Admin wins where both apply.
const (
	Representative Role = "Representative"
	Admin          Role = "Admin"
)

// Subscription gives agents access to lists.
type Subscription struct {
	Source
	Agents []string `json:"agents,omitempty"`
	Groups []string `json:"groups,omitempty"`
	Lists  []string `json:"lists,omitempty"`
	Role   Role     `json:"role"`
	// AutoSubscribe subscribes an agent when the runtime first sees them; what
	// the agent chooses later wins.
	AutoSubscribe bool       `json:"autoSubscribe,omitempty"`
	Capacity      []Capacity `json:"capacity,omitempty"`
}

// Capacity is how many requests of one domain an agent may hold.
type Capacity struct {
	MediaRoutingDomain string `json:"mediaRoutingDomain"`
	MaxRequests        int32  `json:"maxRequests"`
}

// Duration is a time.Duration that reads and writes as a Go duration string
// ("24h0m0s").
type Duration time.Duration

// D is the plain duration.
func (d Duration) D() time.Duration { return time.Duration(d) }

// MarshalJSON writes the duration as a string.
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).String())
}

// UnmarshalJSON reads a duration string.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}
