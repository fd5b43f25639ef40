package view_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// A replica that starts with 100,000 open requests, and what it holds then.
func BenchmarkLoad(b *testing.B) {
	const open = 100_000
	stored := make([]store.KV, 0, 2*open)
	for i := range open {
		id := fmt.Sprintf("r%06d", i)
		stored = append(stored, store.KV{Key: keyspace.Alert(id), Value: encode(keyspace.AlertRecord{Generation: 1}), Revision: int64(i + 2)})
	}
	for i := range open {
		stored = append(stored, store.KV{Key: keyspace.Slot("facebook", fmt.Sprint(i)), Value: encode(busy(i)), Revision: int64(i + 2)})
	}
	b.ReportAllocs()
	var held uint64
	for b.Loop() {
		b.StopTimer()
		before := heap()
		b.StartTimer()
		v := view.New("epoch")
		for _, kv := range stored {
			if err := v.Load(kv); err != nil {
				b.Fatal(err)
			}
		}
		if err := v.Loaded(open + 1); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		held = heap() - before
		runtime.KeepAlive(v)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*open), "ns/request")
	b.ReportMetric(float64(held)/open, "B/request")
}

// A message in one of 100,000 open requests.
func BenchmarkFollow(b *testing.B) {
	const open = 100_000
	v := view.New("epoch")
	for i := range open {
		apply(b, v, put(int64(i+2), keyspace.Slot("facebook", fmt.Sprint(i)), busy(i)))
	}
	d := busy(7)
	key, next := keyspace.Slot("facebook", "7"), int64(open+2)
	for b.Loop() {
		b.StopTimer()
		next++
		d.LastCustomerAt = d.LastCustomerAt.Add(time.Millisecond)
		e := put(next, key, d)
		b.StartTimer()
		apply(b, v, e)
	}
}

func busy(i int) *request.Document {
	d := doc(fmt.Sprintf("r%06d", i), fmt.Sprintf("l%d", i%50), request.Active, fmt.Sprintf("agent%d", i%1000))
	d.Channel, d.ChannelType, d.Version = "facebook", "FACEBOOK", 2
	d.Customer = request.Customer{ID: fmt.Sprint(i), Name: "John Williams"}
	d.OpenedAt, d.WaitingSince, d.LastJoinedAt = start, &start, &start
	d.Alert = request.Alert{Generation: 1, At: start, Joiners: []string{d.Members[0].Agent}}
	d.Last = request.Change{Kind: request.Receive, Actor: request.Actor{Kind: request.CustomerActor, Name: d.Customer.ID}, At: start}
	return d
}

// heap is what is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
