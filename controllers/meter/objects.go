package meter

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
)

// Objects tells the gauges of objects and replicas where objects are read from: a
// cache, which must hold all kinds of ours. The process has one operator; of
// several, as in a test, the last one counts.
func Objects(from client.Reader) { objects.from.Store(&from) }

var (
	objectsDesc = prometheus.NewDesc("pullmode_operator_objects",
		"Objects, by namespace, kind, and the status of their condition Ready: True, False or Unknown.", []string{"namespace", "kind", "ready"}, nil)
	replicasDesc = prometheus.NewDesc("pullmode_operator_runtime_replicas",
		"Replicas of a RoutingRuntime, by what its status says of them: current (serves the wanted snapshot), behind (serves another one), "+
			"or silent (serves nothing, or does not answer).", []string{"namespace", "runtime", "state"}, nil)
	draining = prometheus.NewDesc("pullmode_operator_draining_requests",
		"Open requests of deleted Worklists, by RoutingRuntime.", []string{"namespace", "runtime"}, nil)
)

// The states of a replica.
const (
	current = "current"
	behind  = "behind"
	silent  = "silent"
)

var objects = &collector{}

// collector reads the gauges from the cache at every scrape, without copying objects.
type collector struct{ from atomic.Pointer[client.Reader] }

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	to <- objectsDesc
	to <- replicasDesc
	to <- draining
}

// patience bounds one scrape: a cache that is not complete yet keeps its readers
// waiting.
const patience = 2 * time.Second

// Collect implements prometheus.Collector. What cannot be read is left out: that the
// operator does not see its objects shows in its readiness.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	from := c.from.Load()
	if from == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	send := func(desc *prometheus.Desc, n float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, n, labels...)
	}
	count(ctx, *from, "MediaRoutingDomain", &v1alpha1.MediaRoutingDomainList{}, send)
	count(ctx, *from, "Worklist", &v1alpha1.WorklistList{}, send)
	count(ctx, *from, "Channel", &v1alpha1.ChannelList{}, send)
	count(ctx, *from, "AgentSubscription", &v1alpha1.AgentSubscriptionList{}, send)
	runtimes := &v1alpha1.RoutingRuntimeList{}
	count(ctx, *from, "RoutingRuntime", runtimes, send)
	for i := range runtimes.Items {
		rt := &runtimes.Items[i]
		for state, n := range states(rt) {
			send(replicasDesc, float64(n), rt.Namespace, rt.Name, state)
		}
		waiting := int64(0)
		for _, l := range rt.Status.Draining {
			waiting += l.OpenRequests
		}
		send(draining, float64(waiting), rt.Namespace, rt.Name)
	}
}

// object is one of ours.
type object interface {
	client.Object
	CommonStatus() *v1alpha1.ObjectStatus
}

// count sends how many objects of a kind each namespace has. A namespace that has
// any has all three: a gauge that goes to 0 ends an alert, one that vanishes may not.
func count(ctx context.Context, from client.Reader, kind string, list client.ObjectList, send func(*prometheus.Desc, float64, ...string)) {
	if err := from.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
		return
	}
	byNamespace := map[string]map[metav1.ConditionStatus]int{}
	_ = meta.EachListItem(list, func(item runtime.Object) error {
		o := item.(object)
		if byNamespace[o.GetNamespace()] == nil {
			byNamespace[o.GetNamespace()] = map[metav1.ConditionStatus]int{}
		}
		byNamespace[o.GetNamespace()][ready(o)]++
		return nil
	})
	for namespace, n := range byNamespace {
		for _, status := range []metav1.ConditionStatus{metav1.ConditionTrue, metav1.ConditionFalse, metav1.ConditionUnknown} {
			send(objectsDesc, float64(n[status]), namespace, kind, string(status))
		}
	}
}

// ready is an object's condition Ready, as far as it is of the present generation.
func ready(o object) metav1.ConditionStatus {
	c := meta.FindStatusCondition(o.CommonStatus().Conditions, string(v1alpha1.ConditionReady))
	if c == nil || c.ObservedGeneration != o.GetGeneration() {
		return metav1.ConditionUnknown
	}
	return c.Status
}

func states(rt *v1alpha1.RoutingRuntime) map[string]int {
	n := map[string]int{current: 0, behind: 0, silent: 0}
	for _, r := range rt.Status.Replicas {
		switch {
		case r.Message == "":
			n[current]++
		case r.Digest != "":
			n[behind]++
		default:
			n[silent]++
		}
	}
	return n
}
