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
	"text/tabwriter"
	"time"

	"github.com/pullmode/operator/runtime/store"
)

// BenchmarkDurableTransitions compares the store with the least that anybody could do for the same promise: to append the same
// bytes to a file, with one fdatasync for all who wait. Both run in turn, a fifth of a second each, so that whatever else
// the machine does hits both alike; of each figure the median of the rounds is shown. What counts is the ratio:
//
//	go test -run '^$' -bench DurableTransitions -benchtime 50x ./runtime/store
func BenchmarkDurableTransitions(b *testing.B) {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	defer table.Flush()
	fmt.Fprintln(table, "\nwriters\tlog/s\tp50 ms\tp99 ms\tstore/s\tp50 ms\tp99 ms\tratio\taim\t")
	for _, tc := range []struct {
		writers int
		aim     float64
	}{{1, 0.9}, {16, 0.45}, {256, 0.15}} {
		b.Run(fmt.Sprintf("writers=%d", tc.writers), func(b *testing.B) {
			transitions, appends := openContender(b, tc.writers), newAppendLog(b)
			var log, store figures
			var ratios []float64
			for b.Loop() {
				logRate := log.add(contest(b, tc.writers, func(writer int) error { return appends.append(document(writer)) }))
				storeRate := store.add(contest(b, tc.writers, transitions.commit))
				ratios = append(ratios, storeRate/logRate)
			}
			b.ReportMetric(0, "ns/op") // a round's length says nothing
			b.ReportMetric(median(store.rates), "store/s")
			b.ReportMetric(median(log.rates), "log/s")
			b.ReportMetric(median(ratios), "ratio")
			fmt.Fprintf(table, "%d\t%s%s%.2f\t%.2f\t\n", tc.writers, &log, &store, median(ratios), tc.aim)
		})
	}
}

// figures are those of one contender.
type figures struct {
	rates []float64
	took  []time.Duration
}

func (f *figures) add(rate float64, took []time.Duration) float64 {
	f.rates, f.took = append(f.rates, rate), append(f.took, took...)
	return rate
}

func (f *figures) String() string {
	slices.Sort(f.took)
	at := func(percent int) float64 { return f.took[len(f.took)*percent/100].Seconds() * 1e3 }
	return fmt.Sprintf("%.0f\t%.2f\t%.2f\t", median(f.rates), at(50), at(99))
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
	pending *flush // who waits for the next one; nil: nobody
	busy    bool   // somebody writes
}

type flush struct {
	records []byte
	done    chan struct{}
	err     error
}

func newAppendLog(b *testing.B) *appendLog {
	file, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() })
	return &appendLog{file: file}
}

// append returns once the record is on disk. Who finds nobody writing writes at once, in his own goroutine.
func (l *appendLog) append(record []byte) error {
	l.mu.Lock()
	if l.pending == nil {
		l.pending = &flush{done: make(chan struct{})}
	}
	mine := l.pending
	mine.records = append(mine.records, record...)
	if !l.busy {
		l.busy = true
		l.flush()
	}
	l.mu.Unlock()
	<-mine.done
	return mine.err
}

// flush writes what waits, and leaves what has come meanwhile to another goroutine. The caller holds mu.
func (l *appendLog) flush() {
	now := l.pending
	l.pending = nil
	l.mu.Unlock()
	if _, now.err = l.file.Write(now.records); now.err == nil {
		now.err = syscall.Fdatasync(int(l.file.Fd()))
	}
	close(now.done)
	l.mu.Lock()
	if l.busy = l.pending != nil; l.busy {
		go func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.flush()
		}()
	}
}
