package sink

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// gapOf is the last gap that a sink was told of. It may have heard of a smaller one: what
// was on its way when the gap grew arrives all the same.
func gapOf(r *receiver) *record.Gap {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range slices.Backward(r.took) {
		if e.Type == record.TypeGap {
			return e.Data.Gap
		}
	}
	return nil
}

// over says whether a sink has been told of a gap that has both revisions.
func over(r *receiver, first, last int64) func() bool {
	return func() bool {
		g := gapOf(r)
		return g != nil && g.From <= first && g.To >= last
	}
}

func TestGivesUpWhatIsTooOld(t *testing.T) {
	h, r := newHouse(t), newReceiver(t, always(http.StatusServiceUnavailable))
	h.program(r.URL)
	_, stop := h.run()
	one := h.tale("r1")
	lost := one.is(request.Receive)
	h.eventually(func() bool { return h.counted("io.pullmode.request.message "+Retried) > 0 })
	h.pass(DefaultMaxAge + time.Second)
	h.eventually(func() bool { c, _ := h.cursor(); return c.Gap != nil && c.Revision >= lost })
	stop()
	r.answers(200)
	h.run()
	one.is(request.Join)
	h.eventually(func() bool { return slices.Contains(r.told(), "r1 2 io.pullmode.request.join") })
	h.eventually(func() bool { c, _ := h.cursor(); return c.Gap == nil })
	g := gapOf(r)
	if g == nil || g.From > lost || g.To < lost || !strings.Contains(g.Reason, "24h0m0s behind") {
		t.Errorf("gap %+v over %d", g, lost)
	}
	if h.counted(record.TypeGap+" "+GivenUp) != 1 {
		t.Errorf("counted %v", h.counts)
	}
}

func TestGivesUpWhatIsTooMuch(t *testing.T) {
	h, r := newHouse(t), newReceiver(t, always(http.StatusServiceUnavailable))
	h.program(r.URL)
	const bound = 256 << 10
	s, _ := h.run(func(o *Options) { o.MaxBytes = bound })
	one := h.tale("r1")
	first := one.is(request.Receive)
	for range bound / (16 << 10) { // anything that is written counts: it is what is kept
		h.commit(store.Put(keyspace.Started, make([]byte, 16<<10)))
	}
	one.is(request.Join)
	h.eventually(func() bool { c, _ := h.cursor(); return c.Gap != nil })
	r.answers(200)
	h.eventually(over(r, first, first))
	h.eventually(func() bool { bytes, _ := s.Behind(); return bytes == 0 })
}

// A history that was given up by others is a gap, too, and what is left of it is
// told.
func TestTheHistoryIsGone(t *testing.T) {
	h, r := newHouse(t), newReceiver(t, always(200))
	h.program(r.URL)
	_, stop := h.run()
	one := h.tale("r1")
	last := one.is(request.Receive)
	h.eventually(func() bool { c, _ := h.cursor(); return c.Revision >= last })
	stop()
	one.is(request.Join)
	kept := one.is(request.Leave)
	if err := h.store.Compact(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	h.run()
	h.eventually(func() bool { return slices.Contains(r.told(), "r1 3 io.pullmode.request.leave") && gapOf(r) != nil })
	if g := gapOf(r); g.To != kept-1 || slices.Contains(r.told(), "r1 2 io.pullmode.request.join") {
		t.Errorf("gap %+v, want up to %d; told %v", g, kept-1, r.told())
	}
}

// A gap that the sink has not been told of grows with the next one.
func TestGapsGrow(t *testing.T) {
	h, r := newHouse(t), newReceiver(t, always(http.StatusServiceUnavailable))
	h.program(r.URL)
	h.run()
	one := h.tale("r1")
	first := one.is(request.Receive)
	h.eventually(func() bool { return h.counted("io.pullmode.request.message "+Retried) > 0 })
	h.pass(2 * DefaultMaxAge)
	h.eventually(func() bool { c, _ := h.cursor(); return c.Gap != nil })
	second := one.is(request.Join)
	h.eventually(func() bool { return h.counted("io.pullmode.request.join "+Retried) > 0 })
	h.pass(2 * DefaultMaxAge)
	h.eventually(func() bool { c, _ := h.cursor(); return c.Gap != nil && c.Gap.To >= second })
	r.answers(200)
	h.eventually(over(r, first, second))
}

// Whatever is taken in whatever order, the position passes nothing that is not.
func TestPosition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBacklog(10)
		left := map[int64]int{}
		var going []string
		revision := int64(10)
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			if len(going) == 0 || rapid.Bool().Draw(t, "reads") {
				revision++
				var some []*parcel
				for range rapid.IntRange(0, 3).Draw(t, "events") {
					some = append(some, &parcel{lane: fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "lane")), body: []byte("x")})
				}
				left[revision] = len(some)
				going = append(going, b.add(revision, began, some)...)
			} else {
				i := rapid.IntRange(0, len(going)-1).Draw(t, "worker")
				if p := b.first(going[i]); p == nil {
					going = slices.Delete(going, i, i+1)
				} else {
					left[p.of.revision]--
					b.done(p)
				}
			}
			want := revision
			for r := revision; r > 10; r-- {
				if left[r] > 0 {
					want = r - 1
				}
			}
			position, _, oldest := b.progress()
			if position != want || oldest.IsZero() != (want == revision) {
				t.Fatalf("position %d, want %d of %d; oldest %s", position, want, revision, oldest)
			}
		}
	})
}

func TestMeter(t *testing.T) {
	m := newMeter(10, 1)
	for revision := int64(11); revision <= 20; revision++ {
		m.see(store.Batch{Revision: revision, Events: []store.Event{{Key: "k", Value: make([]byte, 99)}}})
	}
	for _, revision := range []int64{10, 11, 19} {
		if bytes, head := m.behind(revision); bytes != 100*(20-revision) || head != 20 {
			t.Errorf("%d bytes behind %d, head %d", bytes, revision, head)
		}
	}
	if bytes, _ := m.behind(25); bytes != 0 {
		t.Errorf("%d bytes behind the newest", bytes)
	}
}
