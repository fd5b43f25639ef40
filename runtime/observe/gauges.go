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
	// ConnectedAgents is how many agents have at least one connection.
	ConnectedAgents func() int
	// FeedRing is how many events are kept for resuming, and how many can be.
	FeedRing func() (kept, capacity int)
	// StoreUsage is the store's size and bound in bytes; ok is false when the store
	// does not tell, and the scrape goes without.
	StoreUsage func() (used, quota int64, ok bool)
	// SinkBehind is how much history is kept for the event sink, and how old the
	// oldest event is that it has not taken; ok is false on a replica that does not
	// post to it.
	SinkBehind func() (bytes int64, age time.Duration, ok bool)
}

var (
	requestsDesc   = gauge("requests", "Open requests, by list and state.", "list", "state")
	agentsDesc     = gauge("connected_agents", "Agents with at least one connection.")
	ringDesc       = gauge("feed_ring_events", "Events kept for clients that resume.")
	ringCapDesc    = gauge("feed_ring_capacity_events", "Events that can be kept for clients that resume.")
	storeUsedDesc  = gauge("store_used_bytes", "Bytes of the store's database that are in use.")
	storeQuotaDesc = gauge("store_quota_bytes", "Size at which the store takes no more writes.")
	sinkBytesDesc  = gauge("event_sink_behind_bytes", "History that the store keeps for the event sink; on the replica that posts to it.")
	sinkAgeDesc    = gauge("event_sink_behind_seconds", "Age of the oldest event that the event sink has not taken; on the replica that posts to it.")
)

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("pullmode_"+name, help, labels, nil)
}

// Watch adds the gauges of these sources. Once for a Registry.
func (r *Registry) Watch(s Sources) { r.prometheus.MustRegister(gauges{s}) }

type gauges struct{ from Sources }

// Describe implements prometheus.Collector.
func (g gauges) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{requestsDesc, agentsDesc, ringDesc, ringCapDesc, storeUsedDesc, storeQuotaDesc, sinkBytesDesc, sinkAgeDesc} {
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
	if g.from.ConnectedAgents != nil {
		send(agentsDesc, float64(g.from.ConnectedAgents()))
	}
	if g.from.FeedRing != nil {
		kept, capacity := g.from.FeedRing()
		send(ringDesc, float64(kept))
		send(ringCapDesc, float64(capacity))
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
