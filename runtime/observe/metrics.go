package observe

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Registry holds the metrics of one runtime, all named pullmode_*, beside those of
// the Go process. Labels are bounded by configuration (lists, channels) or by code
// (kinds, outcomes, routes), never by traffic: no agent, customer or request is one.
// Safe for concurrent use.
type Registry struct {
	prometheus *prometheus.Registry

	commands      *prometheus.CounterVec
	command       prometheus.Histogram
	feedEvents    *prometheus.CounterVec
	messages      *prometheus.CounterVec
	noSubscribers *prometheus.CounterVec
	deliveries    *prometheus.CounterVec
	delivery      *prometheus.HistogramVec
	recorded      *prometheus.CounterVec
	httpRequests  *prometheus.CounterVec
	httpDuration  *prometheus.HistogramVec
	authFailures  *prometheus.CounterVec
	rateLimited   *prometheus.CounterVec
	feedDelay     prometheus.Histogram
	commit        prometheus.Histogram
	lists         lists
}

// 0.25 ms doubled 14 times is 2 s: from a fast disk's sync to what nobody waits for.
var latencyBuckets = prometheus.ExponentialBuckets(0.00025, 2, 14)

// 1 ms doubled 14 times is 8 s: times of decisions are kept in whole milliseconds, and
// a connection that is 15 s behind is cut off.
var delayBuckets = prometheus.ExponentialBuckets(0.001, 2, 14)

// NewRegistry makes the metrics of a runtime of this version. Gauges follow with
// Watch.
func NewRegistry(version string) *Registry {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pullmode_" + name, Help: help}, labels)
	}
	r := &Registry{
		prometheus: prometheus.NewRegistry(),
		commands: counter("commands_total",
			"Commands on requests, by kind of command and outcome, refusals among them.", "kind", "outcome"),
		command: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "pullmode_command_duration_seconds",
			Help:    "Time to carry out a command: to decide it, to make it durable, and to see it in the view.",
			Buckets: latencyBuckets,
		}),
		feedEvents: counter("feed_events_total",
			"Events of the feed, by type, counted once and not once a recipient.", "type"),
		messages: counter("messages_received_total",
			"Customers' messages received from connectors, by channel and outcome.", "channel", "outcome"),
		noSubscribers: counter("requests_without_subscribers_total",
			"Requests that opened on a list while no agent was subscribed to it: they wait and nobody was told.", "list"),
		deliveries: counter("deliveries_total",
			"Attempts to bring an agent's message to a channel's connector, by channel and outcome.", "channel", "outcome"),
		delivery: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "pullmode_delivery_duration_seconds",
			Help:    "Time of one attempt to bring an agent's message to a connector, by channel.",
			Buckets: latencyBuckets,
		}, []string{"channel"}),
		recorded: counter("event_sink_total",
			"Events for the event sink, by the event's type and what became of an attempt to post it.", "type", "outcome"),
		httpRequests: counter("http_requests_total",
			"HTTP requests answered, by route and status code.", "route", "code"),
		httpDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "pullmode_http_request_duration_seconds",
			Help:    "Time to answer an HTTP request, by route; event streams are left out.",
			Buckets: latencyBuckets,
		}, []string{"route"}),
		authFailures: counter("auth_failures_total",
			"Requests whose token or key was refused, by reason.", "reason"),
		rateLimited: counter("rate_limited_total",
			"Calls that were refused because their caller made too many, by who calls.", "who"),
		feedDelay: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "pullmode_feed_delay_seconds",
			Help:    "Time from when a change was decided until its event was written to a connection, for each connection; what is resumed is left out.",
			Buckets: delayBuckets,
		}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "pullmode_store_commit_duration_seconds",
			Help:    "Time of one commit of a command to the store, until it is on disk.",
			Buckets: latencyBuckets,
		}),
		lists: newLists(counter),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "pullmode_build_info",
		Help:        "Always 1; the label is the version of the runtime.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	r.prometheus.MustRegister(
		r.commands, r.command, r.feedEvents, r.messages, r.noSubscribers, r.deliveries, r.delivery, r.recorded,
		r.httpRequests, r.httpDuration, r.authFailures, r.rateLimited, r.feedDelay, r.commit, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	r.prometheus.MustRegister(r.lists.collectors()...)
	return r
}

// Command counts a command and records how long it took: its kind (message, join,
// leave, close ...) and its outcome (opened, joined ..., or the reason it was
// refused for).
func (r *Registry) Command(kind, outcome string, took time.Duration) {
	r.commands.WithLabelValues(kind, outcome).Inc()
	r.command.Observe(took.Seconds())
}

// FeedEvents counts n events of a type.
func (r *Registry) FeedEvents(kind string, n int) {
	r.feedEvents.WithLabelValues(kind).Add(float64(n))
}

// MessageReceived counts a customer's message (T01 to T06) and what became of it.
func (r *Registry) MessageReceived(channel, outcome string) {
	r.messages.WithLabelValues(channel, outcome).Inc()
}

// NoSubscribers counts a request that opened on a list nobody is subscribed to (T02).
func (r *Registry) NoSubscribers(list string) { r.noSubscribers.WithLabelValues(list).Inc() }

// AuthFailed counts a refused token or key by its reason word.
func (r *Registry) AuthFailed(reason string) { r.authFailures.WithLabelValues(reason).Inc() }

// RateLimited counts a call over its caller's limit (agent, connector).
func (r *Registry) RateLimited(who string) { r.rateLimited.WithLabelValues(who).Inc() }

// Delivery counts an attempt to bring an agent's message to a connector (delivered,
// retried, failed) and records how long it took.
func (r *Registry) Delivery(channel, outcome string, took time.Duration) {
	r.deliveries.WithLabelValues(channel, outcome).Inc()
	r.delivery.WithLabelValues(channel).Observe(took.Seconds())
}

// Recorded counts an attempt to post an event to the event sink (taken, retried,
// rejected), or one that was given up (givenUp).
func (r *Registry) Recorded(kind, outcome string) { r.recorded.WithLabelValues(kind, outcome).Inc() }

// FeedDelay records how long after its decision an event was written to a connection.
func (r *Registry) FeedDelay(took time.Duration) { r.feedDelay.Observe(seconds(took)) }

// seconds of what lies between two moments by the clocks of two replicas, of which the
// later one may be behind.
func seconds(between time.Duration) float64 { return max(0, between).Seconds() }

// Commit records how long a commit to the store took.
func (r *Registry) Commit(took time.Duration) { r.commit.Observe(took.Seconds()) }
