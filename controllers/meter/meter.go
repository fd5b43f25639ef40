// Package meter has the operator's own metrics, all named pullmode_operator_*, on
// controller-runtime's registry, beside what that counts of reconciles, queues and
// calls to the API server. Labels are bounded by what people create: namespaces,
// kinds and RoutingRuntimes, and never an object's name but a RoutingRuntime's.
//
// What happens is told by calls of this package; what is, is read from the cache at
// every scrape: see Objects.
package meter

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// Outcome is what came of an attempt to program a runtime.
type Outcome string

// The outcomes.
const (
	// Programmed: the runtime took the snapshot.
	Programmed Outcome = "Programmed"
	// Rejected: it refused the snapshot, whole or for one object.
	Rejected Outcome = "Rejected"
	// Conflict: somebody else had programmed it in between.
	Conflict Outcome = "Conflict"
	// Failed: no replica could be handed the snapshot.
	Failed Outcome = "Failed"
)

var outcomes = []Outcome{Programmed, Rejected, Conflict, Failed}

var (
	// 0.5 ms doubled 14 times is 4 s: from a namespace of a few objects to one of
	// 100,000.
	compiles = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "pullmode_operator_compile_duration_seconds",
		Help:    "Time to compile the objects of one namespace.",
		Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
	})
	programmings = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pullmode_operator_programmings_total",
		Help: "Attempts to program a runtime, by namespace and outcome: Programmed, Rejected, Conflict or Failed.",
	}, []string{"namespace", "outcome"})
	statusWrites = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pullmode_operator_status_writes_total",
		Help: "Statuses written to the API server, by the object's kind.",
	}, []string{"kind"})
)

func init() {
	metrics.Registry.MustRegister(compiles, programmings, statusWrites, objects)
}

// Compiled records that a namespace was compiled, and how long that took.
func Compiled(took time.Duration) { compiles.Observe(took.Seconds()) }

// Attempted counts an attempt to program the runtime of a namespace. With the first
// one the other outcomes appear, as 0: what is not there yet has no rate.
func Attempted(namespace string, outcome Outcome) {
	for _, o := range outcomes {
		programmings.WithLabelValues(namespace, string(o))
	}
	programmings.WithLabelValues(namespace, string(outcome)).Inc()
}

// Forget drops what was counted of a namespace that has no runtime any more.
func Forget(namespace string) {
	programmings.DeletePartialMatch(prometheus.Labels{"namespace": namespace})
}

// StatusWritten counts a status that was written.
func StatusWritten(kind string) { statusWrites.WithLabelValues(kind).Inc() }
