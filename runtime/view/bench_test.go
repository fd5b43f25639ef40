package view_test

import (
	"fmt"
	"testing"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// A replica that starts with 100,000 open requests.
func BenchmarkLoad(b *testing.B) {
	const open = 100_000
	stored := make([]store.KV, open)
	for i := range stored {
		d := doc(fmt.Sprintf("r%06d", i), fmt.Sprintf("l%d", i%50), request.Active, fmt.Sprintf("agent%d", i%1000))
		d.Customer = request.Customer{ID: fmt.Sprint(i), Name: "John Williams"}
		stored[i] = store.KV{Key: keyspace.Slot("facebook", fmt.Sprint(i)), Value: encode(d), Revision: int64(i + 2)}
	}
	b.ReportAllocs()
	for b.Loop() {
		v := view.New("epoch")
		for _, kv := range stored {
			if err := v.Load(kv); err != nil {
				b.Fatal(err)
			}
		}
		if err := v.Loaded(open + 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*open), "ns/request")
}
