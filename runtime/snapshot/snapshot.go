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
	FormatVersion  int            `json:"formatVersion"`
	Runtime        Source         `json:"runtime"`
	Authentication Authentication `json:"authentication"`
	Retention      Retention      `json:"retention"`
	Sessions       Sessions       `json:"sessions,omitzero"`
	// TransferTimeout is how long an offer of a transfer or an invitation stands
	// (T30, T31). 60 s where it is zero.
	TransferTimeout Duration `json:"transferTimeout,omitempty"`
	// EventSink is where every change goes, nil for nowhere.
	EventSink *Webhook `json:"eventSink,omitempty"`
	// AllowedOrigins are those of the pages, besides the runtime's own, that may call
	// it from a browser: as browsers write them, or "*" for every one.
	AllowedOrigins []string `json:"allowedOrigins,omitempty"`
	// RateLimits are for one replica.
	RateLimits          RateLimits           `json:"rateLimits,omitzero"`
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
	// UsernamePrefix comes before the name of every agent of this issuer, and
	// GroupsPrefix before each of their groups, so that they are not those of another.
	UsernamePrefix string `json:"usernamePrefix,omitempty"`
	GroupsPrefix   string `json:"groupsPrefix,omitempty"`
	// ClientID is the public client that browsers sign in as; the audience where it
	// is empty.
	ClientID string `json:"clientID,omitempty"`
	// Scopes are what they ask for; openid and profile where there are none.
	Scopes []string `json:"scopes,omitempty"`
}

// RateLimits say how much one caller may ask of a replica.
type RateLimits struct {
	// Agent is for all that an agent does, on all their devices; 50 a second and 100
	// at once where it is nil.
	Agent *Rate `json:"agent,omitempty"`
	// Connector is for one channel's connector; 1000 a second and 2000 at once where
	// it is nil.
	Connector *Rate `json:"connector,omitempty"`
}

// Rate is how much may be asked for.
type Rate struct {
	// PerSecond is what may be asked for on and on.
	PerSecond int32 `json:"perSecond"`
	// Burst is what may be asked for at once, after a pause.
	Burst int32 `json:"burst"`
}

// Retention says how long the runtime keeps what is over.
type Retention struct {
	// Closed is how long a closed request still gets its right answers
	// (T12, T17, T20).
	Closed Duration `json:"closed"`
	// Feed is how long a cursor can be resumed (R1, R2).
	Feed Duration `json:"feed"`
}

// SessionPolicy says what a second session of an agent does to the first (R6).
type SessionPolicy string

// The session policies.
const (
	// SessionAllow lets an agent have several sessions: the default.
	SessionAllow SessionPolicy = "Allow"
	// SessionReplace ends the older ones.
	SessionReplace SessionPolicy = "Replace"
)

// Sessions says what agents' connections mean.
type Sessions struct {
	// Policy is Allow where it is empty.
	Policy SessionPolicy `json:"policy,omitempty"`
	// DisconnectGrace is how long a member may be away before their memberships
	// end (T25, T26). 60 s where it is zero.
	DisconnectGrace Duration `json:"disconnectGrace,omitempty"`
}

// Webhook is a place outside that is posted to.
type Webhook struct {
	URL string `json:"url"`
	// SigningKeys sign what is posted, each of them: a receiver accepts any one, so
	// that a key is changed without a gap. They are confidential: no log, diff or
	// read-back shows them.
	SigningKeys []string `json:"signingKeys,omitempty"`
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

// JoinPolicy says how many agents may join a request of a list (decision 1).
type JoinPolicy string

// The join policies.
const (
	// JoinCollaboration lets everybody join: the default.
	JoinCollaboration JoinPolicy = "Collaboration"
	// JoinGrab gives a request to the first Representative who joins it.
	JoinGrab JoinPolicy = "Grab"
)

// ReopenPolicy says what a message after CLOSED makes (decision 2).
type ReopenPolicy string

// The reopen policies. Both make a new request with a new id.
const (
	// ReopenNewRequest makes one that knows nothing of the old one: the default.
	ReopenNewRequest ReopenPolicy = "NewRequest"
	// ReopenReopen makes one that names the old one.
	ReopenReopen ReopenPolicy = "Reopen"
)

// RealertPolicy says whether a further message of a customer who waits raises the
// alert again (decision 3).
type RealertPolicy string

// The realert policies.
const (
	// RealertNever keeps silent: the default.
	RealertNever RealertPolicy = "Never"
	// RealertOnCustomerMessage raises it again, at most once in RealertAfter.
	RealertOnCustomerMessage RealertPolicy = "OnCustomerMessage"
)

// CapacityPolicy says what an agent's limit does to a join (decision 4).
type CapacityPolicy string

// The capacity policies. A joined request always counts.
const (
	// CapacityIgnore lets the agent join: the default.
	CapacityIgnore CapacityPolicy = "Ignore"
	// CapacityWarn lets the agent join, and says that they are over their limit.
	CapacityWarn CapacityPolicy = "Warn"
	// CapacityEnforce refuses the join.
	CapacityEnforce CapacityPolicy = "Enforce"
)

// DeletionPolicy says what becomes of the open requests of a list that is
// deleted (L2).
type DeletionPolicy string

// The deletion policies.
const (
	// DeletionDrain lets agents finish them, until the deadline: the default.
	DeletionDrain DeletionPolicy = "Drain"
	// DeletionTransfer moves them to another list (T28).
	DeletionTransfer DeletionPolicy = "Transfer"
	// DeletionClose closes them.
	DeletionClose DeletionPolicy = "Close"
)

// Deletion is what happens to a list that is deleted.
type Deletion struct {
	// Policy is Drain where it is empty.
	Policy DeletionPolicy `json:"policy,omitempty"`
	// TransferTo is the list that requests move to, with Transfer.
	TransferTo string `json:"transferTo,omitempty"`
	// Deadline is how long Drain lasts before what is left is closed; 0 for ever.
	Deadline Duration `json:"deadline,omitempty"`
}

// WrapUp is what agents say of a request when they have done with it (decision
// 10).
type WrapUp struct {
	// Reasons are what may be chosen.
	Reasons []WrapUpReason `json:"reasons"`
	// DefaultReason is the name of the one that is applied when Timeout is over.
	DefaultReason string `json:"defaultReason"`
	// Timeout counts from when the agent left, or the request closed.
	Timeout Duration `json:"timeout"`
}

// WrapUpReason is one reason.
type WrapUpReason struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName,omitempty"`
}

// MaxWrapUpReasons is how many reasons an agent may choose at once.
const MaxWrapUpReasons = 5

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
	// The policies stand for their defaults where they are empty.
	JoinPolicy     JoinPolicy     `json:"joinPolicy,omitempty"`
	ReopenPolicy   ReopenPolicy   `json:"reopenPolicy,omitempty"`
	RealertPolicy  RealertPolicy  `json:"realertPolicy,omitempty"`
	CapacityPolicy CapacityPolicy `json:"capacityPolicy,omitempty"`
	// RealertAfter is the least time between two alerts of a request.
	RealertAfter Duration `json:"realertAfter,omitempty"`
	// ResponseTime is how long a customer may wait for a member's answer before
	// the members are let go (T24); 0 for ever.
	ResponseTime Duration `json:"responseTime,omitempty"`
	// WrapUp is nil where nothing is asked.
	WrapUp   *WrapUp  `json:"wrapUp,omitempty"`
	Deletion Deletion `json:"deletion,omitzero"`
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
	// CustomerActivityTimeout closes a request whose customer does not answer an
	// agent's message for longer (T23); 0 for never.
	CustomerActivityTimeout Duration `json:"customerActivityTimeout,omitempty"`
	// MessageMaxLength bounds an agent's message, in Unicode code points (T32).
	// 4096 where it is zero.
	MessageMaxLength int32 `json:"messageMaxLength,omitempty"`
	// Outbound is where agents' messages go, nil where there is no way back.
	Outbound *Webhook `json:"outbound,omitempty"`
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
