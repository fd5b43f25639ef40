package snapshot

// The messages of the admin port: the operator puts an Update, and reads a
// Report. Everything else on that port is an HTTP status.

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

// Report is what one replica says of itself: what it serves, not what it was sent.
type Report struct {
	// Replica is the replica's own name, in Kubernetes its pod's name.
	Replica string `json:"replica"`
	Version string `json:"version"`
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

// Object is one object that a replica serves, and the generation of it.
type Object struct {
	Kind string `json:"kind"`
	Source
}

// ListOpening says how many requests of a list are open.
type ListOpening struct {
	Name     string `json:"name"`
	Open     int64  `json:"open"`
	Draining bool   `json:"draining,omitempty"`
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
