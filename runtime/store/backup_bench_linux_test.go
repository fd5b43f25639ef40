package store_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/store"
)

// requests is how many there are in the store that is backed up; each has a document of 1 KiB and three messages of 512 bytes.
const requests = 100_000

// BenchmarkBackup says how long a backup of a store of 100,000 requests takes, and what 16 writers notice of one:
//
//	go test -run '^$' -bench 'Backup|Restore' -benchtime 10x ./runtime/store
func BenchmarkBackup(b *testing.B) {
	s := openContender(b, 16)
	populate(b, s.store)
	b.Run("alone", func(b *testing.B) {
		var bytes counter
		for b.Loop() {
			bytes = 0
			if err := s.store.Backup(b.Context(), &bytes); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(bytes))
	})
	b.Run("beside writers", func(b *testing.B) {
		var quiet, beside figures
		backups := 0
		for b.Loop() {
			quiet.add(contest(b, 16, s.commit))
			ended, enough := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(ended)
				for {
					select {
					case <-enough:
						return
					default:
					}
					if err := s.store.Backup(b.Context(), io.Discard); err != nil {
						b.Error(err)
						return
					}
					backups++
				}
			}()
			beside.add(contest(b, 16, s.commit))
			close(enough)
			<-ended
		}
		b.ReportMetric(0, "ns/op") // a round's length says nothing
		b.ReportMetric(float64(backups)/float64(b.N), "backups/round")
		for name, f := range map[string]*figures{"quiet": &quiet, "beside": &beside} {
			slices.Sort(f.took)
			b.ReportMetric(f.took[len(f.took)/2].Seconds()*1e3, name+"-p50-ms")
			b.ReportMetric(f.took[len(f.took)*99/100].Seconds()*1e3, name+"-p99-ms")
			b.ReportMetric(median(f.rates), name+"/s")
		}
	})
}

// BenchmarkRestore says how long it takes to restore such a store, and to open it afterwards.
func BenchmarkRestore(b *testing.B) {
	s := openContender(b, 1).store
	populate(b, s)
	path := filepath.Join(b.TempDir(), "backup")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Backup(b.Context(), file); err != nil {
		b.Fatal(err)
	}
	var restoring, opening time.Duration
	for b.Loop() {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			b.Fatal(err)
		}
		options := store.Options{Dir: b.TempDir(), Logger: slog.New(slog.DiscardHandler)}
		began := time.Now()
		if err := store.RestoreDir(b.Context(), options, file); err != nil {
			b.Fatal(err)
		}
		restored := time.Now()
		again, err := store.Open(b.Context(), options)
		if err != nil {
			b.Fatal(err)
		}
		restoring, opening = restoring+restored.Sub(began), opening+time.Since(restored)
		if err := again.Close(); err != nil {
			b.Fatal(err)
		}
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportMetric(restoring.Seconds()*1e3/float64(b.N), "restore-ms")
	b.ReportMetric(opening.Seconds()*1e3/float64(b.N), "open-ms")
	b.ReportMetric(float64(size)/1e6, "MB")
}

func populate(b *testing.B, s *store.Store) {
	b.Helper()
	document, message := make([]byte, 1<<10), make([]byte, 512)
	var group sync.WaitGroup
	const writers = 256
	for writer := range writers {
		group.Go(func() {
			for n := writer; n < requests; n += writers {
				txn := store.Txn{Ops: []store.Op{store.Put(fmt.Sprint("slots/channel/", n), document)}}
				for m := range 3 {
					txn.Ops = append(txn.Ops, store.Put(fmt.Sprintf("messages/%d/%012d", n, m), message))
				}
				if _, err := s.Commit(b.Context(), txn); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

// counter counts bytes.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
