package snapshot

import "time"

// The messages of the admin port: the operator puts an Update, and reads a
// Report. Everything else on that port is for people (package protocol), or an
// HTTP status.

// Update asks a runtime to serve a snapshot. Sequence must be exactly one above
// the sequence that the runtime's store holds: of two operators that both read
// the same Report, one wins and the other is told so.
type Update struct {
	Sequence int64    `json:"sequence"`
	Snapshot Snapshot `json:"snapshot"`
}

// Refusal is the answer to an Update that was not taken. Nothing of it is
// served; the last good snapshot still is (L9).
type Refusal struct {
	// Reason is SequenceConflict or Rejected.
	Reason  RefusalReason `json:"reason"`
	Message string        `json:"message"`
	// Sequence is the sequence that the store holds.
	Sequence int64     `json:"sequence"`
	Problems []Problem `json:"problems,omitempty"`
}

// RefusalReason says why an Update was not taken.
type RefusalReason string

// The reasons of a refusal.
const (
	// SequenceConflict: somebody else programmed in between. Read the report and decide again. HTTP 409.
	SequenceConflict RefusalReason = "SequenceConflict"
	// Rejected: the snapshot does not validate; Problems say why. HTTP 422.
	Rejected RefusalReason = "Rejected"
)

// Where a replica keeps what is open, as a Report says it.
const (
	// StoreEmbedded: on a volume of its own, which no other replica shares.
	StoreEmbedded = "embedded"
	// StoreEtcd: in an external etcd, with all other replicas of the runtime.
	StoreEtcd = "etcd"
)

// Report is what one replica says of itself: what it serves, not what it was sent.
// It is read every few seconds, so it has nothing that grows with traffic: an entry
// for every object and list of the snapshot, and figures.
//
// Operators and runtimes one version apart read each other's: whoever decodes one
// ignores what it does not know, and finds a zero where an older replica says
// nothing.
type Report struct {
	// Replica is the replica's own name, in Kubernetes its pod's name.
	Replica string `json:"replica"`
	Version string `json:"version"`
	// StartedAt is when the replica's program began; zero where it does not say.
	StartedAt time.Time `json:"startedAt,omitzero"`
	// Store is StoreEmbedded or StoreEtcd; empty where the replica does not say.
	Store string `json:"store,omitempty"`
	// StoreSilent says that the store did not answer when it was last asked, which is
	// every second or two: the replica can show what it knows, and take nothing.
	StoreSilent bool `json:"storeSilent,omitempty"`
	// Agents is how many agents have a feed at this replica; one who has several
	// connections counts once. With several replicas an agent may count at each.
	Agents int `json:"agents,omitempty"`
	// SilentIssuers are those of the snapshot's issuers that the replica has not
	// reached for a while, in the order of their URLs.
	SilentIssuers []SilentIssuer `json:"silentIssuers,omitempty"`
	// Epoch names the history that the replica's store belongs to; a restore changes it.
	Epoch string `json:"epoch"`
	// Runtime is the UID of the RoutingRuntime whose snapshot is served; empty while none is.
	Runtime string `json:"runtime,omitempty"`
	// Sequence and Digest are of the snapshot that is served; zero and empty while none is.
	Sequence int64         `json:"sequence"`
	Digest   string        `json:"digest,omitempty"`
	Objects  []Object      `json:"objects,omitempty"`
	Lists    []ListOpening `json:"lists,omitempty"`
}

// SilentIssuer is an issuer of agents' tokens that cannot be read. Nobody can sign in
// there; tokens count for as long as the keys that signed them are known.
type SilentIssuer struct {
	URL string `json:"url"`
	// Cause goes on after its name: "refuses the connection". The same cause has the
	// same words.
	Cause string `json:"cause"`
}

// Object is one object that a replica serves, and the generation of it.
type Object struct {
	Kind string `json:"kind"`
	Source
}

// ListOpening says how many requests of a list are open. Replicas that share a store
// say the same, but for what one of them has not seen yet: it is not to be summed.
type ListOpening struct {
	Name string `json:"name"`
	// Open is the sum of Unread, Active and Inactive, which an older replica does not
	// tell apart.
	Open     int64 `json:"open"`
	Unread   int64 `json:"unread,omitempty"`
	Active   int64 `json:"active,omitempty"`
	Inactive int64 `json:"inactive,omitempty"`
	// Draining says that the list's object is gone and nothing new lands on it;
	// DrainingSince is since when, nil until the runtime has written that down.
	Draining      bool       `json:"draining,omitempty"`
	DrainingSince *time.Time `json:"drainingSince,omitempty"`
}

// Objects lists what the snapshot was compiled from, for a Report.
func (s *Snapshot) Objects() []Object {
	objects := []Object{{KindRuntime, s.Runtime}}
	for _, d := range s.MediaRoutingDomains {
		objects = append(objects, Object{KindMediaRoutingDomain, d.Source})
	}
	for _, l := range s.Lists {
		objects = append(objects, Object{KindList, l.Source})
	}
	for _, c := range s.Channels {
		objects = append(objects, Object{KindChannel, c.Source})
	}
	for _, u := range s.Subscriptions {
		objects = append(objects, Object{KindSubscription, u.Source})
	}
	return objects
}
