package record

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/request"
)

// Result is what a record comes to.
type Result struct {
	// Events counts those of the record, Repeated those of them that were there
	// before, and Foreign what is not of a runtime.
	Events   int `json:"events"`
	Repeated int `json:"repeated"`
	Foreign  int `json:"foreign"`
	// Requests are by id.
	Requests []*Rebuilt `json:"requests"`
	// Gaps are what the runtime says is missing.
	Gaps []Gap `json:"gaps"`
	// Findings are what is wrong with the record, or with what it tells.
	Findings []Finding `json:"findings"`
}

// Rebuilt is one request as the record leaves it.
type Rebuilt struct {
	ID string `json:"id"`
	// FirstVersion is 1 unless the record begins later than the request.
	FirstVersion int64 `json:"firstVersion"`
	// Changes and Messages count its events.
	Changes  int               `json:"changes"`
	Messages int               `json:"messages"`
	Document *request.Document `json:"document"`
}

// Finding is one thing that is wrong.
type Finding struct {
	Request string `json:"request,omitempty"`
	// Rule is the id of the one that was broken; empty for what is wrong with the
	// record itself.
	Rule string `json:"rule,omitempty"`
	What string `json:"what"`
}

// Replay reads a record and rebuilds the requests of it. Events may come more than
// once, and those of different requests in any order: each says where it stands. An
// error is one of reading; what is wrong with what was read is a finding.
func Replay(from io.Reader) (*Result, error) {
	b := &builder{
		result: &Result{Requests: []*Rebuilt{}, Gaps: []Gap{}, Findings: []Finding{}},
		seen:   map[string][sha256.Size]byte{}, requests: map[string]*history{}, epochs: map[string]int{},
	}
	if err := read(from, b.take, func(_ int, what string) { b.find("", "", "%s", what) }); err != nil {
		return nil, err
	}
	b.build()
	return b.result, nil
}

// builder collects what a record says.
type builder struct {
	result   *Result
	seen     map[string][sha256.Size]byte // what an id stood for
	requests map[string]*history
	// epochs are numbered as they appear: a restore from a backup begins a new one,
	// in which versions count on from the backup's.
	epochs map[string]int
	gaps   []gap
}

type gap struct {
	epoch    int
	from, to int64
}

func (b *builder) find(id, rule, format string, args ...any) {
	b.result.Findings = append(b.result.Findings, Finding{Request: id, Rule: rule, What: fmt.Sprintf(format, args...)})
}

func (b *builder) take(line int, e Event) {
	if !strings.HasPrefix(e.Type, "io.pullmode.") {
		b.result.Foreign++
		return
	}
	b.result.Events++
	place, err := ParsePlace(e.ID)
	if err != nil {
		b.find(e.Subject, "", "line %d: %v", line, err)
		return
	}
	if b.repeated(line, e) {
		return
	}
	epoch, known := b.epochs[place.Epoch]
	if !known {
		epoch = len(b.epochs)
		b.epochs[place.Epoch] = epoch
	}
	switch {
	case e.Transition():
		b.change(line, e, at{epoch, place.Revision, place.N})
	case e.Type == TypeMessage && e.Subject != "":
		b.of(e.Subject).messages++
	case e.Type == TypeGap && e.Data.Gap != nil:
		b.result.Gaps = append(b.result.Gaps, *e.Data.Gap)
		b.gaps = append(b.gaps, gap{epoch, e.Data.Gap.From, e.Data.Gap.To})
	}
}

// repeated says whether the event was there before. One id for two things is a
// finding.
func (b *builder) repeated(line int, e Event) bool {
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte(e.Type), []byte(e.Subject), e.Data.Request, e.Data.Message}, []byte{0}))
	name := e.Source + " " + e.ID
	before, there := b.seen[name]
	b.seen[name] = sum
	if !there {
		return false
	}
	b.result.Repeated++
	if before != sum {
		b.find(e.Subject, "", "line %d: event %s was there before and said something else", line, e.ID)
	}
	return true
}

func (b *builder) of(id string) *history {
	h := b.requests[id]
	if h == nil {
		h = &history{id: id}
		b.requests[id] = h
	}
	return h
}

func (b *builder) change(line int, e Event, where at) {
	doc := &request.Document{}
	if err := json.Unmarshal(e.Data.Request, doc); err != nil || doc.ID == "" {
		b.find(e.Subject, "", "line %d: event %s has no document of a request", line, e.ID)
		return
	}
	if doc.ID != e.Subject || TypeOf(doc.Last.Kind) != e.Type {
		b.find(e.Subject, "", "line %d: event %s of type %s has the document of request %s after %q", line, e.ID, e.Type, doc.ID, doc.Last.Kind)
		return
	}
	h := b.of(doc.ID)
	h.add(where, doc)
	b.consistent(doc)
}

// build puts together what was collected.
func (b *builder) build() {
	for _, h := range b.requests {
		if len(h.steps) == 0 {
			b.find(h.id, "", "there are messages of the request, and nothing else")
			continue
		}
		h.sort()
		b.continuous(h)
		b.result.Requests = append(b.result.Requests, &Rebuilt{
			ID: h.id, FirstVersion: h.steps[0].version, Changes: len(h.steps), Messages: h.messages, Document: h.last,
		})
	}
	b.alone()
	slices.SortFunc(b.result.Requests, func(x, y *Rebuilt) int { return cmp.Compare(x.ID, y.ID) })
	slices.SortStableFunc(b.result.Findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(x.Request, y.Request), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.What, y.What))
	})
	b.result.Findings = slices.Compact(b.result.Findings)
}
