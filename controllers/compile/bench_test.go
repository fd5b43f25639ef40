package compile_test

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
)

// BenchmarkCompile10000 compiles a large tenant: 10 domains, 200 lists, 5,000
// channels and 4,789 subscriptions, half of which select by label, next to one
// runtime and the snapshot before.
func BenchmarkCompile10000(b *testing.B) {
	in := tenant()
	first := compile.Compile(in)
	for _, v := range first.Verdicts {
		if !v.Accepted.OK || !v.ResolvedRefs.OK {
			b.Fatalf("%s %s: %s %s", v.Kind, v.Name, v.Accepted.Message, v.ResolvedRefs.Message)
		}
	}
	in.Previous = first.Snapshot
	b.ReportAllocs()
	for b.Loop() {
		compile.Compile(in)
	}
	b.ReportMetric(float64(len(first.Verdicts)), "objects")
}

func tenant() compile.Input {
	minutes := func(n int) metav1.Duration { return metav1.Duration{Duration: time.Duration(n) * time.Minute} }
	in := compile.Input{Keys: map[string]compile.SecretKeys{}}
	o := v1alpha1.RoutingRuntime{ObjectMeta: meta("main", 0)}
	o.Spec.Retention = v1alpha1.Retention{Closed: minutes(60), Feed: minutes(10)}
	in.Runtimes = append(in.Runtimes, o)
	for i := range 10 {
		o := v1alpha1.MediaRoutingDomain{ObjectMeta: meta("domain", i)}
		o.Spec.MaxRequests, o.Spec.ChannelTypes = 5, []string{fmt.Sprintf("A%d", i), fmt.Sprintf("B%d", i)}
		in.MediaRoutingDomains = append(in.MediaRoutingDomains, o)
	}
	for i := range 200 {
		o := v1alpha1.Worklist{ObjectMeta: meta("list", i)}
		o.Labels = map[string]string{"team": fmt.Sprint(i % 50), "site": fmt.Sprint(i % 4)}
		o.Spec.ClosePolicy = v1alpha1.CloseByMembers
		o.Spec.Attention = v1alpha1.Attention{SoonAfter: minutes(3), OverdueAfter: minutes(5)}
		o.Spec.AutoCloseAfter = minutes(60)
		in.Worklists = append(in.Worklists, o)
	}
	for i := range 5000 {
		o := v1alpha1.Channel{ObjectMeta: meta("channel", i)}
		o.Spec.Type, o.Spec.ServiceIdentifier = fmt.Sprintf("A%d", i%10), fmt.Sprint(i)
		o.Spec.RoutingMode = v1alpha1.RoutingPull
		o.Spec.ListRef = &v1alpha1.ListReference{Name: fmt.Sprintf("list-%d", i%200)}
		o.Spec.SecretRef = v1alpha1.SecretKeyReference{Name: o.Name, Key: "key"}
		in.Channels = append(in.Channels, o)
		in.Keys[o.Name] = compile.SecretKeys{"key": {Hashes: []string{fmt.Sprintf("%064d", i)}}}
	}
	for i := range 4789 {
		o := v1alpha1.AgentSubscription{ObjectMeta: meta("subscription", i)}
		o.Spec.Agents, o.Spec.Role = []string{fmt.Sprintf("agent-%d", i)}, v1alpha1.RoleRepresentative
		o.Spec.Capacity = []v1alpha1.AgentCapacity{{MediaRoutingDomain: "domain-1", MaxRequests: 2}}
		if i%2 == 0 {
			o.Spec.Lists.Names = []string{fmt.Sprintf("list-%d", i%200), fmt.Sprintf("list-%d", (i+7)%200)}
		} else {
			o.Spec.Lists.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"team": fmt.Sprint(i % 50), "site": fmt.Sprint(i % 50 % 4)}}
		}
		in.AgentSubscriptions = append(in.AgentSubscriptions, o)
	}
	return in
}

func meta(kind string, i int) metav1.ObjectMeta {
	name := fmt.Sprintf("%s-%d", kind, i)
	return metav1.ObjectMeta{Name: name, UID: types.UID("uid-" + name), Generation: 1, CreationTimestamp: metav1.NewTime(time.Unix(int64(i*7919%1000), 0))}
}
