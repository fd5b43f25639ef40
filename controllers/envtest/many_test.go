package envtest_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/operator"
	"github.com/pullmode/operator/controllers/routing"
)

// bench is how many objects the benchmark creates: make bench-objects.
var bench = flag.Int("objects", 0, "create so many objects at once and print how long it takes until all are Programmed; 0 for not at all")

// asInstalled gives an operator the intervals that it has in a cluster.
func asInstalled(o *operator.Options) {
	o.HoldOff, o.DriftInterval = routing.DefaultHoldOff, routing.DefaultDriftInterval
	impatient(o)
}

var _ = Describe("many objects that are created at once", func() {
	const n = 200

	It("are compiled and programmed together, and written to once each", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op, p := idle(ctx, ns, nil)
		op.stop()
		before := costs(&running{writes: &writes{}}, p)
		createAll(ctx, many(ns, n))
		op = startOperator(eventsOnly, ns)
		allProgrammed(ctx, ns)
		reported(ctx, ns, p)
		cost := costs(op, p).since(before)
		Expect(cost.programmings).To(Equal(int64(1)))
		Expect(cost.statuses).To(Equal(int64(n+1)), "one of each, and the RoutingRuntime's")
		Expect(cost.compiles).To(BeNumerically("<=", 3), "what the first finds, and what the caches tell of it meanwhile")

		By("writing nothing over a restart")
		op.stop()
		op = startOperator(nil, ns)
		Expect(afterDrifts(p, 4, op.writes.seen)).To(BeEmpty())
		Expect(costs(op, p).since(before).programmings).To(Equal(int64(1)))
	})

	It("cost little more while the operator looks on", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		// Creating takes as long as it takes: at this hold-off a quarter as many compiles
		// as objects are made in no less than 50 s.
		op, p := idle(ctx, ns, func(o *operator.Options) { o.HoldOff, o.DriftInterval = time.Second, time.Hour })
		before := costs(op, p)
		createAll(ctx, many(ns, n))
		allProgrammed(ctx, ns)
		reported(ctx, ns, p)
		cost := costs(op, p).since(before)
		Expect(cost.programmings).To(BeNumerically("<=", cost.compiles))
		Expect(cost.compiles).To(BeNumerically("<", n/4), "changes are taken together")
		Expect(cost.statuses).To(BeNumerically("<=", 2*n+cost.compiles), "of one that came long before what it names there are two")
	})

	if *bench > 0 {
		It("benchmark", func(ctx SpecContext) {
			ns := newNamespace(ctx)
			op, p := idle(ctx, ns, asInstalled)
			before := costs(op, p)
			objects := many(ns, *bench)
			begun := time.Now()
			createAll(ctx, objects)
			created := time.Now()
			allProgrammed(ctx, ns)
			cost, last := costs(op, p).since(before), op.writes.last()
			fmt.Printf("%d objects created in %.2f s\n", len(objects), created.Sub(begun).Seconds())
			fmt.Printf("all Programmed %.2f s after the last create\n", last.Sub(created).Seconds())
			fmt.Printf("%d compiles, %d programmings, %d status writes\n", cost.compiles, cost.programmings, cost.statuses)

			op.writes.reset()
			quiet(ctx, time.Minute)
			fmt.Printf("%d writes over a quiet minute\n", len(op.writes.seen()))
			op.stop()
			op = startOperator(asInstalled, ns)
			afterDrifts(p, 1, op.writes.seen)
			quiet(ctx, 35*time.Second) // one more drift check
			fmt.Printf("%d writes over a restart of the operator\n", len(op.writes.seen()))
		}, NodeTimeout(10*time.Minute))
	}
})

// idle is an operator over a runtime that is ready and has nothing else to serve yet.
func idle(ctx context.Context, ns string, change func(*operator.Options)) (*running, *pod) {
	GinkgoHelper()
	op := startOperator(change, ns)
	apply(ctx, ns, theRuntime+"---"+theSecret)
	Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("False/NoRuntime"))
	p := startPod(ctx, ns, "main")
	Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("True/Ready"))
	applied(ctx, ns)
	return op, p
}

// many is a namespace's worth of objects, in no order: two in a hundred are
// MediaRoutingDomains, and each of the rest is a Worklist, its Channel or who
// works on it.
func many(ns string, n int) []client.Object {
	var objects []client.Object
	add := func(o client.Object, name string) {
		o.SetNamespace(ns)
		o.SetName(name)
		objects = append(objects, o)
	}
	domains := max(n/50, 1)
	for i := range domains {
		add(&v1alpha1.MediaRoutingDomain{Spec: v1alpha1.MediaRoutingDomainSpec{
			DisplayName: fmt.Sprintf("Domain %d", i), MaxRequests: 5, ChannelTypes: []string{fmt.Sprintf("TYPE%d", i)},
		}}, fmt.Sprintf("d%d", i))
	}
	for i := 0; len(objects) < n; i++ {
		list := fmt.Sprintf("l%d", i/3)
		switch i % 3 {
		case 0:
			o := &v1alpha1.Worklist{Spec: v1alpha1.WorklistSpec{DisplayName: list}}
			o.Labels = map[string]string{"team": fmt.Sprintf("t%d", i/3%50)}
			add(o, list)
		case 1:
			add(&v1alpha1.Channel{Spec: v1alpha1.ChannelSpec{
				Type: fmt.Sprintf("TYPE%d", i%domains), ServiceIdentifier: list, ListRef: &v1alpha1.ListReference{Name: list},
				SecretRef: v1alpha1.SecretKeyReference{Name: "connector"},
			}}, fmt.Sprintf("c%d", i/3))
		case 2:
			add(&v1alpha1.AgentSubscription{Spec: v1alpha1.AgentSubscriptionSpec{
				Agents: []string{fmt.Sprintf("agent%d", i/3), fmt.Sprintf("agent%d", i/3+1)},
				Lists:  v1alpha1.ListSelection{Names: []string{list}, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"team": fmt.Sprintf("t%d", i/3%50)}}},
			}}, fmt.Sprintf("s%d", i/3))
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
	return objects
}

// createAll creates objects as fast as the API server takes them.
func createAll(ctx context.Context, objects []client.Object) {
	GinkgoHelper()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(32)
	for _, o := range objects {
		group.Go(func() error { return kube.Create(ctx, o) })
	}
	Expect(group.Wait()).To(Succeed())
}

// allProgrammed waits until everything of a namespace is Programmed in its present generation.
func allProgrammed(ctx context.Context, ns string) {
	GinkgoHelper()
	for _, list := range []client.ObjectList{
		&v1alpha1.MediaRoutingDomainList{}, &v1alpha1.WorklistList{}, &v1alpha1.ChannelList{}, &v1alpha1.AgentSubscriptionList{}, &v1alpha1.RoutingRuntimeList{},
	} {
		Eventually(func() (waiting int) {
			Expect(kube.List(ctx, list, client.InNamespace(ns))).To(Succeed())
			Expect(meta.EachListItem(list, func(o runtime.Object) error {
				object := o.(interface {
					client.Object
					CommonStatus() *v1alpha1.ObjectStatus
				})
				if !meta.IsStatusConditionTrue(object.CommonStatus().Conditions, "Ready") {
					waiting++
				}
				return nil
			})).To(Succeed())
			return waiting
		}).WithTimeout(2*time.Minute).WithPolling(100*time.Millisecond).Should(BeZero(), "%T", list)
	}
}

// reported waits until the RoutingRuntime tells the snapshot that its replica serves,
// which it was Ready before: its status is one of many that are written at once.
func reported(ctx context.Context, ns string, p *pod) {
	GinkgoHelper()
	Eventually(func() *v1alpha1.SnapshotStatus { return runtimeStatus(ctx, ns).Snapshot }).
		Should(Equal(&v1alpha1.SnapshotStatus{Sequence: p.replica.Report().Sequence, Digest: p.replica.Report().Digest}))
}

// cost is what a change has cost.
type cost struct{ compiles, programmings, statuses int64 }

func costs(op *running, p *pod) (c cost) {
	for _, request := range op.writes.seen() {
		if strings.HasSuffix(request, "/status") {
			c.statuses++
		}
	}
	c.programmings = p.replica.Report().Sequence
	c.compiles = compiles()
	return c
}

func (c cost) since(before cost) cost {
	return cost{c.compiles - before.compiles, c.programmings - before.programmings, c.statuses - before.statuses}
}

// compiles is how often operators of this process have compiled.
func compiles() int64 {
	GinkgoHelper()
	families, err := metrics.Registry.Gather()
	Expect(err).NotTo(HaveOccurred())
	for _, f := range families {
		if f.GetName() == "pullmode_operator_compile_duration_seconds" {
			return int64(f.GetMetric()[0].GetHistogram().GetSampleCount())
		}
	}
	return 0
}

// quiet waits, which only a benchmark does: what it looks at is how long nothing happens.
func quiet(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
