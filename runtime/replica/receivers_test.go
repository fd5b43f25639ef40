package replica_test

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/outbound"
	"github.com/pullmode/operator/runtime/outbound/webhook"
	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// receivers are what a runtime posts to: the connectors of its channels, and its
// event sink. They keep what comes for the first time, and hold it to its order. Some
// of what comes they fail to take, and some of what they took they fail to answer.
type receivers struct {
	t      *testing.T
	server *httptest.Server

	mu sync.Mutex
	// events are those of the sink in order of arrival, changes what they say of
	// each request by version.
	events  []record.Event
	changes map[string][]request.Change
	// delivered are the texts of each thread, in order of arrival.
	delivered map[string][]string
	had       map[string]bool
	again     int
}

// signedWith is the key of all that is posted.
const signedWith = "a signing key of the receivers"

func newReceivers(t *testing.T) *receivers {
	r := &receivers{t: t, changes: map[string][]request.Change{}, delivered: map[string][]string{}, had: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /events", genuine(r.event))
	mux.HandleFunc("POST /messages", genuine(r.message))
	r.server = httptest.NewServer(mux)
	t.Cleanup(r.server.Close)
	return r
}

func (r *receivers) webhook(path string) *snapshot.Webhook {
	return &snapshot.Webhook{URL: r.server.URL + path, SigningKeys: []string{signedWith}}
}

// genuine answers 401 to what is not signed; such a thing never arrives then.
func genuine(take func(id string, body []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest) // the sender died
		case webhook.Verify(q.Header, body, []string{signedWith}, time.Now()) != nil:
			http.Error(w, "not genuine", http.StatusUnauthorized)
		default:
			luck := rand.IntN(30)
			if luck != 0 {
				take(q.Header.Get(webhook.HeaderID), body)
			}
			if luck <= 1 {
				http.Error(w, "not now", http.StatusServiceUnavailable)
			}
		}
	}
}

// first says whether something is here for the first time. Its caller holds the
// lock.
func (r *receivers) first(name string) bool {
	again := r.had[name]
	if r.had[name] = true; again {
		r.again++
	}
	return !again
}

func (r *receivers) event(id string, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var e record.Event
	if err := json.Unmarshal(body, &e); err != nil {
		r.t.Errorf("event %s: %v", id, err)
		return
	}
	if !r.first(e.ID) {
		return
	}
	r.events = append(r.events, e)
	var doc request.Document
	switch {
	case e.Type == record.TypeGap:
		r.t.Errorf("the sink was told of a gap: %+v", e.Data.Gap)
	case e.Transition():
		if err := json.Unmarshal(e.Data.Request, &doc); err != nil {
			r.t.Errorf("event %s: %v", id, err)
			return
		}
		if had := len(r.changes[doc.ID]); doc.Version != int64(had+1) { // INV7, N7
			r.t.Errorf("INV7: version %d of %s came to the sink after version %d", doc.Version, doc.ID, had)
		}
		r.changes[doc.ID] = append(r.changes[doc.ID], doc.Last)
	case e.Type == record.TypeMessage && e.Data.Request != nil:
		if err := json.Unmarshal(e.Data.Request, &doc); err != nil {
			r.t.Errorf("event %s: %v", id, err)
			return
		}
		if had := len(r.changes[doc.ID]); doc.Version != int64(had) {
			r.t.Errorf("N7: a message of version %d of %s came to the sink after version %d", doc.Version, doc.ID, had)
		}
	}
}

func (r *receivers) message(id string, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var m outbound.Message
	if err := json.Unmarshal(body, &m); err != nil || m.ID != id {
		r.t.Errorf("message %s: %v, %s", id, err, body)
		return
	}
	if !r.first(id) {
		return
	}
	thread, _, _ := strings.Cut(id, "/")
	r.delivered[thread] = append(r.delivered[thread], m.Text)
}

// replay rebuilds the requests from what came to the sink, which holds them to the
// invariants.
func (r *receivers) replay() *record.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines strings.Builder
	encoder := json.NewEncoder(&lines)
	for _, e := range r.events {
		if err := encoder.Encode(e); err != nil {
			r.t.Fatal(err)
		}
	}
	result, err := record.Replay(strings.NewReader(lines.String()))
	if err != nil {
		r.t.Fatal(err)
	}
	return result
}
