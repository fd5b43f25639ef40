package envtest_test

import (
	"os"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	dto "github.com/prometheus/client_model/go"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// value adds up the series of a metric that have these labels, as name and value
// in turn.
func value(name string, labels ...string) func() float64 {
	return func() (sum float64) {
		families, err := metrics.Registry.Gather()
		Expect(err).NotTo(HaveOccurred())
		for _, family := range families {
			if family.GetName() != name {
				continue
			}
			for _, m := range family.Metric {
				if has(m, labels) {
					sum += m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
				}
			}
		}
		return sum
	}
}

func has(m *dto.Metric, labels []string) bool {
	for pair := range slices.Chunk(labels, 2) {
		if !slices.ContainsFunc(m.Label, func(l *dto.LabelPair) bool { return l.GetName() == pair[0] && l.GetValue() == pair[1] }) {
			return false
		}
	}
	return true
}

var _ = Describe("the operator's metrics", func() {
	It("say what objects and replicas are like, and what has been done", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		writes, compiles := value("pullmode_operator_status_writes_total", "kind", "Worklist")(), value("pullmode_operator_compile_duration_seconds")()
		startOperator(nil, ns)
		apply(ctx, ns, everything)
		Eventually(value("pullmode_operator_objects", "namespace", ns, "kind", "Worklist", "ready", "True")).Should(BeZero())
		Eventually(value("pullmode_operator_objects", "namespace", ns, "kind", "Worklist", "ready", "Unknown")).Should(BeEquivalentTo(1), "no replica runs")

		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		Eventually(value("pullmode_operator_objects", "namespace", ns, "ready", "True")).Should(BeNumerically(">=", 4))
		Eventually(value("pullmode_operator_objects", "namespace", ns, "kind", "Worklist", "ready", "True")).Should(BeEquivalentTo(1))
		Eventually(value("pullmode_operator_objects", "namespace", ns, "ready", "Unknown")).Should(BeZero())
		Eventually(value("pullmode_operator_runtime_replicas", "namespace", ns, "runtime", "main", "state", "current")).Should(BeEquivalentTo(1))
		Expect(value("pullmode_operator_programmings_total", "namespace", ns, "outcome", "Programmed")()).To(BeNumerically(">=", 1))
		Expect(value("pullmode_operator_status_writes_total", "kind", "Worklist")()).To(BeNumerically(">", writes))
		Expect(value("pullmode_operator_compile_duration_seconds")()).To(BeNumerically(">", compiles))

		p.crash()
		p.publish(ctx, false)
		Eventually(value("pullmode_operator_runtime_replicas", "namespace", ns, "runtime", "main", "state", "silent")).Should(BeEquivalentTo(1))
		Eventually(value("pullmode_operator_runtime_replicas", "namespace", ns, "runtime", "main", "state", "current")).Should(BeZero())
	})

	It("are those of the README", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, everything)
		startPod(ctx, ns, "main")
		allReady(ctx, ns)
		// Those of objects come from a cache, which hears of what was written afterwards.
		Eventually(value("pullmode_operator_runtime_replicas", "namespace", ns)).ShouldNot(BeZero())
		Eventually(value("pullmode_operator_objects", "namespace", ns)).ShouldNot(BeZero())
		families, err := metrics.Registry.Gather()
		Expect(err).NotTo(HaveOccurred())
		registered := map[string]string{}
		for _, family := range families {
			var labels []string
			for _, l := range family.Metric[0].Label {
				labels = append(labels, l.GetName())
			}
			slices.Sort(labels)
			registered[family.GetName()] = strings.ToLower(family.GetType().String()) + " " + strings.Join(labels, " ")
		}
		readme, err := os.ReadFile("../README.md")
		Expect(err).NotTo(HaveOccurred())
		documented := map[string]string{}
		for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([a-z]+) \\|([^|]*)\\|").FindAllStringSubmatch(string(readme), -1) {
			labels := strings.FieldsFunc(row[3], func(r rune) bool { return strings.ContainsRune("`, ", r) })
			slices.Sort(labels)
			documented[row[1]] = row[2] + " " + strings.Join(labels, " ")
		}
		for name, says := range documented {
			Expect(registered).To(HaveKeyWithValue(name, says))
		}
		for name := range registered {
			if strings.HasPrefix(name, "pullmode_operator_") {
				Expect(documented).To(HaveKey(name))
			}
		}
	})
})
