// Package change says in routing words what applying a folder of YAML would do to a
// namespace: it compiles what is there, and what would be there, and compares what a
// runtime would be given. It changes nothing and asks nothing of a cluster.
package change

import (
	"context"
	"slices"
	"time"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/controllers/schema"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Action is what happens to something.
type Action string

// The actions.
const (
	Add    Action = "add"
	Modify Action = "change"
	Remove Action = "remove"
)

// Change is what applying does to one thing, or to several agents alike.
type Change struct {
	// Of is the section: Channels, Lists, Agents, MediaRoutingDomains, RoutingRuntime.
	Of     string   `json:"of"`
	Action Action   `json:"action"`
	Names  []string `json:"names"`
	// What says it, a sentence each.
	What []string `json:"what"`
	// Lists are those whose open requests it touches.
	Lists []string `json:"lists,omitempty"`
}

// Refused is an object that would not be taken, or would not be served as it is.
type Refused struct {
	Kind    string                   `json:"kind,omitempty"`
	Name    string                   `json:"name,omitempty"`
	Place   string                   `json:"place,omitempty"`
	Reason  v1alpha1.ConditionReason `json:"reason"`
	Message string                   `json:"message"`
}

// Kept is an object that the folder does not have: applying leaves it.
type Kept struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Open is how many requests of a list are open, where that is known.
	Open *int64 `json:"openRequests,omitempty"`
}

// Report is everything that applying a folder would do.
type Report struct {
	Namespace string `json:"namespace"`
	Runtime   string `json:"runtime,omitempty"`
	// Changes are by section and name.
	Changes []Change `json:"changes"`
	// Refused are objects of the folder, and those of the cluster that the change
	// spoils.
	Refused []Refused `json:"notAccepted,omitempty"`
	// Remarks are of objects that would be served, with something to think about.
	Remarks []Refused `json:"remarks,omitempty"`
	// Kept are what is not in the folder; none with Prune.
	Kept []Kept `json:"kept,omitempty"`
	// OpenRequests is how many are open on lists that the changes touch; missing where
	// that is not known.
	OpenRequests *int64 `json:"openRequests,omitempty"`
	// Notes say what could not be read, and what is missing here for it.
	Notes []string `json:"notes,omitempty"`
}

// Different says that applying would do something, or would be refused.
func (r *Report) Different() bool { return len(r.Changes)+len(r.Refused) > 0 }

// Live is a namespace as it is.
type Live struct {
	Namespace string
	Objects   *cluster.Objects
	// Secret reads the data of a Secret: nil where there is none, and not readable where
	// that may not be known.
	Secret func(ctx context.Context, name string) (data map[string][]byte, readable bool, err error)
	// Served is the snapshot of the runtime, nil where it is not known.
	Served *snapshot.Snapshot
	// Report is what a replica says of itself; nil where none is asked.
	Report *snapshot.Report
}

// Options say what is compared.
type Options struct {
	Schemas *schema.Schemas
	// Prune says that what the folder does not have would be deleted.
	Prune bool
	// Now is the creation time of what is new.
	Now time.Time
	// Read reads the folder, with what is there as what was read before.
	Read func(ctx context.Context, previous *folder.Folder) (*folder.Folder, error)
}

// Of compares.
func Of(ctx context.Context, live Live, o Options) (*Report, error) {
	present, err := present(ctx, live, o.Schemas)
	if err != nil {
		return nil, err
	}
	wanted, err := o.Read(ctx, present)
	if err != nil {
		return nil, err
	}
	r := &Report{Namespace: live.Namespace, Changes: []Change{}}
	before := input(live.Objects)
	after, kept := merge(before, wanted.Input, o)
	if err := live.keys(ctx, &before, &after, wanted, r); err != nil {
		return nil, err
	}

	r.runtime(&before, &after)
	before.Previous = masked(live.Served)
	before.Open = live.open()
	was := compile.Compile(before)
	after.Previous, after.Open = was.Snapshot, before.Open
	will := compile.Compile(after)

	c := &comparison{report: r, counts: live.counts()}
	c.compare(orEmpty(was.Snapshot), orEmpty(will.Snapshot))
	c.pods(before.Runtimes, after.Runtimes)
	r.refused(wanted, was.Verdicts, will.Verdicts)
	for _, k := range kept {
		if n, known := c.counts[k.Name]; known && k.Kind == snapshot.KindList {
			k.Open = &n
		}
		r.Kept = append(r.Kept, k)
	}
	c.sum()
	for _, n := range wanted.Notes {
		isRefused := slices.ContainsFunc(r.Refused, func(one Refused) bool { return one.Kind == n.Kind && one.Name == n.Name })
		if o.Schemas.Knows(v1alpha1.SchemeGroupVersion.WithKind(n.Kind)) && !isRefused {
			r.Notes = append(r.Notes, n.String())
		}
	}
	return r, nil
}

func orEmpty(s *snapshot.Snapshot) *snapshot.Snapshot {
	if s == nil {
		return &snapshot.Snapshot{}
	}
	return s
}

// open is what the compiler has to know of open requests.
func (l *Live) open() map[string]int64 {
	if l.Report == nil {
		return nil
	}
	return compile.OpenRequests(*l.Report)
}

// counts is how many requests are open, by list; nil where that is not known.
func (l *Live) counts() map[string]int64 {
	if l.Report == nil {
		return nil
	}
	counts := map[string]int64{}
	for _, o := range l.Report.Lists {
		counts[o.Name] = o.Open
	}
	return counts
}
