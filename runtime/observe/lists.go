package observe

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// lists are what is counted of lists' requests. Each thing is counted by the one
// replica that brought it about, so that the sum over replicas is the runtime's.
type lists struct {
	opened, closed, firstJoins *prometheus.CounterVec
	raised, dismissed, grabbed *prometheus.CounterVec
	firstJoin                  *prometheus.HistogramVec
}

// waitBuckets are for how long a person waits for another: from 1 s, which only a
// list with idle agents has, to 8 h, a working day. Minutes lie close together, as
// lists promise them: 30 s, 1, 2, 3, 5, 10, 15 and 30 min are each a bound.
var waitBuckets = []float64{1, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14400, 28800}

func newLists(counter func(name, help string, labels ...string) *prometheus.CounterVec) lists {
	const perReplica = " Sum it over replicas."
	return lists{
		opened: counter("requests_opened_total",
			"Requests that opened, those that came by a transfer among them, by list."+perReplica, "list"),
		closed: counter("requests_closed_total",
			"Requests that closed, by list, reason, and whether any agent had ever joined."+perReplica, "list", "reason", "joined"),
		firstJoin: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "pullmode_first_join_seconds",
			Help:    "Time from when a request opened until the first agent joined it, by list." + perReplica,
			Buckets: waitBuckets,
		}, []string{"list"}),
		firstJoins: counter("first_joins_total",
			"Requests that an agent joined for the first time, by list and by what attention they needed by then: "+
				"Normal, Soon or Overdue, by the list's own times."+perReplica, "list", "attention"),
		raised: counter("alerts_raised_total",
			"Alerts raised, once a request and once again each time it is raised again, by list."+perReplica, "list"),
		dismissed: counter("alerts_dismissed_total",
			"Alerts that agents dismissed, one by one or all at once, by list."+perReplica, "list"),
		grabbed: counter("grab_conflicts_total",
			"Joins refused because somebody else had grabbed the request, by list."+perReplica, "list"),
	}
}

func (l *lists) collectors() []prometheus.Collector {
	return []prometheus.Collector{l.opened, l.closed, l.firstJoin, l.firstJoins, l.raised, l.dismissed, l.grabbed}
}

// List begins the counters of a list at 0: of what appears with its first event,
// a rate misses that one. Reasons and attentions are all that there are.
func (r *Registry) List(name string, reasons, attentions []string) {
	l := r.lists
	for _, c := range []*prometheus.CounterVec{l.opened, l.raised, l.dismissed, l.grabbed, r.noSubscribers} {
		c.WithLabelValues(name)
	}
	l.firstJoin.WithLabelValues(name)
	for _, attention := range attentions {
		l.firstJoins.WithLabelValues(name, attention)
	}
	for _, reason := range reasons {
		l.closed.WithLabelValues(name, reason, "false")
		l.closed.WithLabelValues(name, reason, "true")
	}
}

// Opened counts a new request on a list.
func (r *Registry) Opened(list string) { r.lists.opened.WithLabelValues(list).Inc() }

// Closed counts a closed request by its reason; joined says that an agent had ever
// been in it.
func (r *Registry) Closed(list, reason string, joined bool) {
	r.lists.closed.WithLabelValues(list, reason, strconv.FormatBool(joined)).Inc()
}

// FirstJoin counts the first join of a request: how long after it opened, and what
// attention it needed by then.
func (r *Registry) FirstJoin(list, attention string, took time.Duration) {
	r.lists.firstJoins.WithLabelValues(list, attention).Inc()
	r.lists.firstJoin.WithLabelValues(list).Observe(seconds(took))
}

// AlertRaised counts an alert that was raised, also again.
func (r *Registry) AlertRaised(list string) { r.lists.raised.WithLabelValues(list).Inc() }

// AlertDismissed counts an alert that an agent dismissed.
func (r *Registry) AlertDismissed(list string) { r.lists.dismissed.WithLabelValues(list).Inc() }

// GrabConflict counts a join that came too late.
func (r *Registry) GrabConflict(list string) { r.lists.grabbed.WithLabelValues(list).Inc() }
