package status

import (
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Facts is what is known of a namespace's runtime at the end of a reconcile.
type Facts struct {
	// Runtime is the RoutingRuntime that serves the namespace; nil when there is none.
	Runtime *v1alpha1.RoutingRuntime
	// Digest is of the snapshot that should be served. It is empty when there is
	// none: without a RoutingRuntime, or with one of which no accepted form is known.
	Digest string
	// Served is the snapshot that is known to be served; nil when none is, or nobody said which.
	Served *snapshot.Snapshot
	// Readings are of every replica that was found.
	Readings []program.Reading
	// Refusal is the runtime's answer to the snapshot; nil when it took it, or was not asked.
	Refusal *snapshot.Refusal
	// Failure is why the snapshot could not be handed over; nil when it was, or did not have to be.
	Failure error
}

// facts are Facts, looked at once for all objects.
type facts struct {
	Facts
	// ready are the replicas that take traffic, and silent is the first of them
	// that does not say what it serves.
	ready  []program.Reading
	silent *program.Reading
	// served is the generation of every object that all ready replicas report: the
	// lowest, where they differ.
	served map[id]int64
	// refused holds the runtime's own words on objects, joined where there are several.
	refused map[name]string
}

type name struct{ kind, name string }

type id struct {
	name
	uid string
}

func look(in Facts) *facts {
	f := &facts{Facts: in, refused: map[name]string{}}
	for i, r := range in.Readings {
		if !r.Ready {
			continue
		}
		f.ready = append(f.ready, r)
		if r.Report == nil && f.silent == nil {
			f.silent = &in.Readings[i]
		}
	}
	for i, r := range f.ready {
		f.take(r.Report, i == 0)
	}
	if in.Refusal != nil {
		for _, p := range in.Refusal.Problems {
			f.refuse(name{p.Kind, p.Name}, p.Message)
		}
	}
	return f
}

// take intersects what is served with what one more replica reports.
func (f *facts) take(report *snapshot.Report, first bool) {
	served := map[id]int64{}
	if report != nil {
		for _, o := range report.Objects {
			key := id{name{o.Kind, o.Name}, o.UID}
			if generation, known := f.served[key]; first || known && o.Generation < generation {
				served[key] = o.Generation
			} else if known {
				served[key] = generation
			}
		}
	}
	f.served = served
}

func (f *facts) refuse(object name, message string) {
	if earlier := f.refused[object]; earlier != "" {
		message = earlier + "; " + message
	}
	f.refused[object] = message
}

// stopped tells whether the RoutingRuntime is wanted without a replica.
func (f *facts) stopped() bool {
	return f.Runtime != nil && ptr.Deref(f.Runtime.Spec.Replicas, 1) == 0
}
