package alerts

import (
	"context"
	"slices"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

// memory holds series for Prometheus' engine to query: its own database would bring half the clouds with it.
type memory struct {
	storage.MockQuerier
	byLabels map[string]*promql.Series
}

// load reads series in Prometheus' own notation, a sample a minute.
func load(t *testing.T, series []string) *memory {
	t.Helper()
	m := &memory{byLabels: map[string]*promql.Series{}}
	for _, line := range series {
		l, values, err := promQL.ParseSeriesDesc(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for minute, v := range values {
			if !v.Omitted {
				m.add(l, int64(minute)*60_000, v.Value)
			}
		}
	}
	return m
}

func (m *memory) add(l labels.Labels, ms int64, value float64) {
	s := m.byLabels[l.String()]
	if s == nil {
		s = &promql.Series{Metric: l}
		m.byLabels[l.String()] = s
	}
	s.Floats = append(s.Floats, promql.FPoint{T: ms, F: value})
}

// Querier implements storage.Queryable.
func (m *memory) Querier(_, _ int64) (storage.Querier, error) { return m, nil }

// Select implements storage.Querier.
func (m *memory) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	found := &found{}
	for _, s := range m.byLabels {
		if !slices.ContainsFunc(matchers, func(by *labels.Matcher) bool { return !by.Matches(s.Metric.Get(by.Name)) }) {
			found.series = append(found.series, promql.NewStorageSeries(*s))
		}
	}
	slices.SortFunc(found.series, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
	return found
}

// found implements storage.SeriesSet.
type found struct {
	series []storage.Series
	next   int
}

func (f *found) Next() bool                        { f.next++; return f.next <= len(f.series) }
func (f *found) At() storage.Series                { return f.series[f.next-1] }
func (f *found) Err() error                        { return nil }
func (f *found) Warnings() annotations.Annotations { return nil }

// record keeps the result of a rule under its name.
func (m *memory) record(name string, ms int64, result promql.Vector) {
	for _, sample := range result {
		m.add(labels.NewBuilder(sample.Metric).Set(model.MetricNameLabel, name).Labels(), ms, sample.F)
	}
}
