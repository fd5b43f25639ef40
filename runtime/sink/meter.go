package sink

import (
	"sync"

	"github.com/pullmode/operator/runtime/store"
)

// meter knows how much history there is behind a revision: what the store cannot
// give up for the sink's sake.
type meter struct {
	step int64 // how exact it is, in bytes

	mu      sync.Mutex
	head    int64 // the newest revision
	total   int64 // bytes of all that was seen
	samples []sample
}

// sample remembers how much there was up to and with a revision.
type sample struct{ revision, total int64 }

func newMeter(from, step int64) *meter {
	return &meter{step: step, head: from, samples: []sample{{revision: from}}}
}

// see takes in what came.
func (m *meter) see(b store.Batch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range b.Events {
		m.total += int64(len(e.Key) + len(e.Value))
	}
	m.head = max(m.head, b.Revision)
	if m.total-m.samples[len(m.samples)-1].total >= m.step {
		m.samples = append(m.samples, sample{b.Revision, m.total})
	}
}

// behind is how many bytes there are behind a revision, at most step more than
// there are, and the newest revision. It is asked with revisions that do not fall.
func (m *meter) behind(revision int64) (bytes, head int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.samples) > 1 && m.samples[1].revision <= revision {
		m.samples = m.samples[1:]
	}
	if revision >= m.head {
		return 0, m.head
	}
	return m.total - m.samples[0].total, m.head
}
