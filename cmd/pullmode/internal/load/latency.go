package load

import (
	"math"
	"sync/atomic"
	"time"
)

// grain is by how much the bounds of a Latency's buckets differ: what it says is
// right within one percent.
const grain = 1.02

// buckets reach from a microsecond to a quarter of an hour.
const buckets = 1042

// latency counts durations. It is safe for concurrent use.
type latency struct {
	counts [buckets]atomic.Int64
	most   atomic.Int64
}

func (l *latency) add(d time.Duration) {
	at := 0
	if d > time.Microsecond {
		at = int(math.Log(float64(d)/float64(time.Microsecond)) / math.Log(grain))
	}
	l.counts[min(at, buckets-1)].Add(1)
	for {
		most := l.most.Load()
		if int64(d) <= most || l.most.CompareAndSwap(most, int64(d)) {
			return
		}
	}
}

// Percentiles are of durations, in milliseconds.
type Percentiles struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50Ms"`
	P90   float64 `json:"p90Ms"`
	P99   float64 `json:"p99Ms"`
	Max   float64 `json:"maxMs"`
}

func (l *latency) percentiles() Percentiles {
	var p Percentiles
	var counts [buckets]int64
	for i := range counts {
		counts[i] = l.counts[i].Load()
		p.Count += counts[i]
	}
	at := func(share float64) float64 {
		left := int64(math.Ceil(share * float64(p.Count)))
		for i, n := range counts {
			if left -= n; left <= 0 {
				return round(math.Pow(grain, float64(i)+0.5) / 1000)
			}
		}
		return 0
	}
	if p.Count > 0 {
		p.Max = round(float64(l.most.Load()) / float64(time.Millisecond))
		p.P50, p.P90, p.P99 = min(at(0.5), p.Max), min(at(0.9), p.Max), min(at(0.99), p.Max)
	}
	return p
}

// round leaves three digits behind the point: microseconds.
func round(ms float64) float64 { return math.Round(ms*1000) / 1000 }
