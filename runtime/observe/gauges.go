package observe

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Sources are asked at every scrape. Each must be quick and safe for concurrent
// use; one that is nil has no metric.
type Sources struct {
	// Requests yields how many open requests each list has in each state.
	Requests func(yield func(list, state string, n int))
	// Lists yields what there is to say of each list beside that.
	Lists func(yield func(List))
	// Issuers yields of each issuer of agents' tokens whether it is out of reach.
	Issuers func(yield func(url string, silent bool))
	// ConnectedAgents is how many agents have at least one connection.
	ConnectedAgents func() int
	// FeedRing is how many events are kept for resuming, and how many can be.
	FeedRing func() (kept, capacity int)
	// FeedBehind is how many revisions of the store connections have not been told
	// of; ok is false when the store does not tell.
	FeedBehind func() (revisions int64, ok bool)
	// StoreUsage is the store's size and bound in bytes; ok is false when the store
	// does not tell, and the scrape goes without.
	StoreUsage func() (used, quota int64, ok bool)
	// SinkBehind is how much history is kept for the event sink, and how old the
	// oldest event is that it has not taken; ok is false on a replica that does not
	// post to it.
	SinkBehind func() (bytes int64, age time.Duration, ok bool)
}

// List is what there is to say of one list.
type List struct {
	Name string
	// Unread is how long the request that has waited longest has been open without
	// anybody joining, Unanswered how long the customer who has waited longest has
	// had no answer; 0 where nobody waits.
	Unread, Unanswered time.Duration
	// SoonAfter and OverdueAfter are the list's own; 0 of a list that is not
	// configured any more.
	SoonAfter, OverdueAfter time.Duration
	// Listeners is how many agents with a connection to this replica are told of its
	// requests.
	Listeners int
}

// Help says of each whether replicas say the same: what they read from the one store
// that they share, or each its own.
const (
	shared = " Every replica says the same: take the max."
	own    = " Each replica says its own: take the sum."
)

var (
	requestsDesc   = gauge("requests", "Open requests, by list and state."+shared, "list", "state")
	unreadDesc     = gauge("oldest_unread_seconds", "Age of the oldest request that nobody has joined yet, by list; 0 where there is none."+shared, "list")
	unansweredDesc = gauge("longest_wait_seconds", "How long the customer who has waited longest has had no answer, by list; 0 where nobody waits."+shared, "list")
	soonDesc       = gauge("list_soon_after_seconds", "The list's attention.soonAfter, by list."+shared, "list")
	overdueDesc    = gauge("list_overdue_after_seconds", "The list's attention.overdueAfter, by list."+shared, "list")
	listenersDesc  = gauge("list_listeners", "Agents with a connection who are told of the list's requests, by list."+own, "list")
	issuersDesc    = gauge("issuer_silent", "1 while an issuer of agents' tokens cannot be read, and 0 while it can, by issuer. Each replica says what it finds: take the max.", "issuer")
	agentsDesc     = gauge("connected_agents", "Agents with at least one connection."+own)
	ringDesc       = gauge("feed_ring_events", "Events kept for clients that resume.")
	ringCapDesc    = gauge("feed_ring_capacity_events", "Events that can be kept for clients that resume.")
	feedBehindDesc = gauge("feed_behind_revisions", "Revisions of the store that this replica has not told its connections of.")
	storeUsedDesc  = gauge("store_used_bytes", "Bytes of the store's database that are in use."+shared)
	storeQuotaDesc = gauge("store_quota_bytes", "Size at which the store takes no more writes."+shared)
	sinkBytesDesc  = gauge("event_sink_behind_bytes", "History that the store keeps for the event sink; on the replica that posts to it.")
	sinkAgeDesc    = gauge("event_sink_behind_seconds", "Age of the oldest event that the event sink has not taken; on the replica that posts to it.")
	everyGauge     = []*prometheus.Desc{
		requestsDesc, unreadDesc, unansweredDesc, soonDesc, overdueDesc, listenersDesc, issuersDesc, agentsDesc, ringDesc, ringCapDesc,
		feedBehindDesc, storeUsedDesc, storeQuotaDesc, sinkBytesDesc, sinkAgeDesc,
	}
)

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("pullmode_"+name, help, labels, nil)
}

// Watch adds the gauges of these sources. Once for a Registry.
func (r *Registry) Watch(s Sources) { r.prometheus.MustRegister(gauges{s}) }

type gauges struct{ from Sources }

// Describe implements prometheus.Collector.
func (g gauges) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range everyGauge {
		to <- desc
	}
}

// Collect implements prometheus.Collector.
func (g gauges) Collect(to chan<- prometheus.Metric) {
	send := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	if g.from.Requests != nil {
		g.from.Requests(func(list, state string, n int) { send(requestsDesc, float64(n), list, state) })
	}
	if g.from.Lists != nil {
		g.from.Lists(func(l List) {
			send(unreadDesc, l.Unread.Seconds(), l.Name)
			send(unansweredDesc, l.Unanswered.Seconds(), l.Name)
			send(listenersDesc, float64(l.Listeners), l.Name)
			if l.OverdueAfter > 0 {
				send(soonDesc, l.SoonAfter.Seconds(), l.Name)
				send(overdueDesc, l.OverdueAfter.Seconds(), l.Name)
			}
		})
	}
	g.collectReplica(send)
}

// collectReplica sends what is not of a list.
func (g gauges) collectReplica(send func(*prometheus.Desc, float64, ...string)) {
	if g.from.Issuers != nil {
		g.from.Issuers(func(url string, silent bool) {
			value := 0.0
			if silent {
				value = 1
			}
			send(issuersDesc, value, url)
		})
	}
	if g.from.ConnectedAgents != nil {
		send(agentsDesc, float64(g.from.ConnectedAgents()))
	}
	if g.from.FeedRing != nil {
		kept, capacity := g.from.FeedRing()
		send(ringDesc, float64(kept))
		send(ringCapDesc, float64(capacity))
	}
	if g.from.FeedBehind != nil {
		if revisions, ok := g.from.FeedBehind(); ok {
			send(feedBehindDesc, float64(revisions))
		}
	}
	if g.from.StoreUsage != nil {
		if used, quota, ok := g.from.StoreUsage(); ok {
			send(storeUsedDesc, float64(used))
			send(storeQuotaDesc, float64(quota))
		}
	}
	if g.from.SinkBehind != nil {
		if bytes, age, ok := g.from.SinkBehind(); ok {
			send(sinkBytesDesc, float64(bytes))
			send(sinkAgeDesc, age.Seconds())
		}
	}
}
