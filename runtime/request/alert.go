package request

import (
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

// Alert is what there is to know of the request's alert; whom it stands for
// follows from it, from who was subscribed, and from what they dismissed.
type Alert struct {
	// Generation counts how often it was raised, from 1 (N4).
	Generation int64     `json:"generation,omitempty"`
	At         time.Time `json:"at,omitzero"`
	// Joiners have joined since it was raised: for them it is over, also when they
	// leave (N6).
	Joiners []string `json:"joiners,omitempty"`
	// Grabbed: it was withdrawn from everybody when somebody grabbed the request, and
	// does not come back when they leave (N6).
	Grabbed bool `json:"grabbed,omitempty"`
}

// Alerts says whether the alert can stand for an agent of a role: not for one who
// has joined, nor for an Admin of a Grab list (N6, N11), and of a request that was
// grabbed for nobody.
func (d *Document) Alerts(agent string, role snapshot.Role) bool {
	return d.Open() && !d.Alert.Grabbed && !(d.Grab && role == snapshot.Admin) &&
		!d.Member(agent) && !slices.Contains(d.Alert.Joiners, agent)
}

// realerts says whether a further message raises the alert again (decision 3).
func (t *turn) realerts() bool {
	l := t.env.List
	return l != nil && l.RealertPolicy == snapshot.RealertOnCustomerMessage && len(t.next.Members) == 0 &&
		t.env.Now.Sub(t.next.Alert.At) >= l.RealertAfter.D()
}

func (t *turn) raise() {
	t.next.Alert = Alert{Generation: t.next.Alert.Generation + 1, At: t.env.Now}
	t.next.Last.Raised = true
}
