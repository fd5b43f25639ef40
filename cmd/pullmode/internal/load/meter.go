package load

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// meter reads the runtime's metrics. What a runtime counted before it was restarted
// is not forgotten.
type meter struct {
	url string

	mu     sync.Mutex
	before counts // of runtimes that are no more
	last   counts
}

// counts are what is read of the metrics.
type counts struct {
	cpu, memory float64 // seconds; bytes, not added up
	commits     histogram
	delays      histogram
}

// histogram counts, by the upper bounds of its buckets, in seconds.
type histogram map[float64]float64

// read gives what was counted so far.
func (m *meter) read(ctx context.Context) (counts, error) {
	if m.url == "" {
		return counts{}, nil
	}
	families, err := scrape(ctx, m.url)
	if err != nil {
		return counts{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = counts{
		cpu: value(families["process_cpu_seconds_total"]), memory: value(families["process_resident_memory_bytes"]),
		commits: bucketsOf(families["pullmode_store_commit_duration_seconds"]), delays: bucketsOf(families["pullmode_feed_delay_seconds"]),
	}
	return m.before.plus(m.last), nil
}

// restarted says that what was read last is all that there will be of it.
func (m *meter) restarted() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.before, m.last = m.before.plus(m.last), counts{}
}

func (c counts) plus(d counts) counts {
	return counts{cpu: c.cpu + d.cpu, memory: d.memory, commits: c.commits.plus(d.commits, 1), delays: c.delays.plus(d.delays, 1)}
}

func (c counts) minus(d counts) counts {
	return counts{cpu: c.cpu - d.cpu, memory: c.memory, commits: c.commits.plus(d.commits, -1), delays: c.delays.plus(d.delays, -1)}
}

func (h histogram) plus(o histogram, sign float64) histogram {
	sum := histogram{}
	maps.Copy(sum, h)
	for bound, n := range o {
		sum[bound] += sign * n
	}
	return sum
}

// quantile is an upper bound of what a share of all took, in milliseconds, or the last
// bound that there is; 0 for none.
func (h histogram) quantile(share float64) float64 {
	total, last := h[math.Inf(1)], 0.0
	for _, bound := range slices.Sorted(maps.Keys(h)) {
		if total == 0 || math.IsInf(bound, 1) {
			break
		}
		if last = round(bound * 1000); h[bound] >= share*total {
			break
		}
	}
	return last
}

// metricsClient keeps no connection: the runtime may be another one the next time. It
// has time, since a report without metrics is none, and a load may leave little for them.
var metricsClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}

func scrape(ctx context.Context, url string) (map[string]*dto.MetricFamily, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("read the runtime's metrics: %w", err)
	}
	resp, err := metricsClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read the runtime's metrics: %w", err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the runtime's metrics at %s: %w", url, err)
	}
	return families, nil
}

func value(f *dto.MetricFamily) float64 {
	if len(f.GetMetric()) == 0 {
		return 0
	}
	one := f.GetMetric()[0]
	return one.GetCounter().GetValue() + one.GetGauge().GetValue()
}

func bucketsOf(f *dto.MetricFamily) histogram {
	h := histogram{}
	for _, one := range f.GetMetric() {
		for _, b := range one.GetHistogram().GetBucket() {
			h[b.GetUpperBound()] += float64(b.GetCumulativeCount())
		}
		h[math.Inf(1)] = max(h[math.Inf(1)], float64(one.GetHistogram().GetSampleCount()))
	}
	return h
}
