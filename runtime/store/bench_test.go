package store_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/store"
)

// BenchmarkDurableTransitions compares the store with the least that anybody could do for the same promise: to append the same
// bytes to a file, one fdatasync for all who wait. Each round lets both run in turn, so that whatever else the machine does
// hits both alike; the ratio of their rates is what counts. A figure is the median of the rounds:
//
//	go test -run '^$' -bench DurableTransitions -benchtime 5x ./runtime/store
func BenchmarkDurableTransitions(b *testing.B) {
	for _, writers := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			transitions, appends := openContender(b, writers), newAppendLog(b)
			var ratios, storeRates, logRates []float64
			var latencies, logLat []time.Duration
			for b.Loop() {
				logRate, logTook := contest(b, writers, func(writer int) error { return appends.append(document(writer)) })
				storeRate, took := contest(b, writers, transitions.commit)
				ratios = append(ratios, storeRate/logRate)
				storeRates, logRates = append(storeRates, storeRate), append(logRates, logRate)
				latencies = append(latencies, took...)
				logLat = append(logLat, logTook...)
			}
			slices.Sort(latencies)
			slices.Sort(logLat)
			b.ReportMetric(logLat[len(logLat)/2].Seconds()*1e3, "log-p50-ms")
			b.ReportMetric(logLat[len(logLat)*99/100].Seconds()*1e3, "log-p99-ms")
			b.ReportMetric(median(storeRates), "store/s")
			b.ReportMetric(median(logRates), "log/s")
			b.ReportMetric(median(ratios), "ratio")
			b.ReportMetric(latencies[len(latencies)/2].Seconds()*1e3, "p50-ms")
			b.ReportMetric(latencies[len(latencies)*99/100].Seconds()*1e3, "p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// round is how long each contender runs in a round.
const round = 200 * time.Millisecond

// contest has the writers work for a round; it returns operations per second and what each took.
func contest(b *testing.B, writers int, operate func(writer int) error) (float64, []time.Duration) {
	took := make([][]time.Duration, writers)
	began := time.Now()
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for start := time.Now(); start.Sub(began) < round; {
				if err := operate(writer); err != nil {
					b.Error(err)
					return
				}
				now := time.Now()
				took[writer] = append(took[writer], now.Sub(start))
				start = now
			}
		})
	}
	group.Wait()
	all := slices.Concat(took...)
	return float64(len(all)) / time.Since(began).Seconds(), all
}

func median(figures []float64) float64 {
	figures = slices.Sorted(slices.Values(figures))
	return figures[len(figures)/2]
}

// contender writes documents through the store, each over the revision that it wrote last.
type contender struct {
	store     *store.Store
	revisions [][documentsPerWriter]int64
	next      []int
}

const documentsPerWriter = 64

func openContender(b *testing.B, writers int) *contender {
	s, err := store.Open(b.Context(), store.Options{Dir: b.TempDir(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return &contender{store: s, revisions: make([][documentsPerWriter]int64, writers), next: make([]int, writers)}
}

func (c *contender) commit(writer int) error {
	i := c.next[writer] % documentsPerWriter
	c.next[writer]++
	key := fmt.Sprintf("slots/facebook/%05d-%03d", writer, i)
	result, err := c.store.Commit(context.Background(), store.Txn{
		Compares: []store.Compare{{Key: key, Revision: c.revisions[writer][i]}},
		Ops:      []store.Op{store.Put(key, document(writer))},
	})
	if err != nil {
		return err
	}
	if !result.Committed {
		return fmt.Errorf("%s: lost against nobody: %+v", key, result)
	}
	c.revisions[writer][i] = result.Revision
	return nil
}

// documents are 300 bytes each, and do not compress.
var documents = func() [][]byte {
	random := rand.NewChaCha8([32]byte{})
	all := make([][]byte, 256)
	for i := range all {
		all[i] = make([]byte, 300)
		random.Read(all[i])
	}
	return all
}()

func document(writer int) []byte { return documents[writer%len(documents)] }

// appendLog is the bare contender: a file, and one write and one fdatasync for all who wait.
type appendLog struct {
	file    *os.File
	mu      sync.Mutex
	pending []byte
	waiting *flush
	busy    bool
}

type flush struct {
	done chan struct{}
	err  error
}

func newAppendLog(b *testing.B) *appendLog {
	file, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() })
	return &appendLog{file: file, waiting: &flush{done: make(chan struct{})}}
}

// append returns once the record is on disk. Who finds nobody writing writes for all who have come until then.
func (l *appendLog) append(record []byte) error {
	l.mu.Lock()
	l.pending = append(l.pending, record...)
	mine := l.waiting
	if l.busy {
		l.mu.Unlock()
		<-mine.done
		return mine.err
	}
	l.busy = true
	for len(l.pending) > 0 {
		data, now := l.pending, l.waiting
		l.pending, l.waiting = nil, &flush{done: make(chan struct{})}
		l.mu.Unlock()
		if _, now.err = l.file.Write(data); now.err == nil {
			now.err = syscall.Fdatasync(int(l.file.Fd()))
		}
		close(now.done)
		l.mu.Lock()
	}
	l.busy = false
	l.mu.Unlock()
	return mine.err
}
