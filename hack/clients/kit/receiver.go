package kit

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Receiver is a connector's other side: agents' messages are posted to its URL.
type Receiver struct {
	URL string

	mu     sync.Mutex
	texts  []string
	came   chan struct{} // something did, since somebody looked
	refuse atomic.Bool
}

// Receive starts a Receiver, and stops it when the test ends.
func Receive(t testing.TB) *Receiver {
	r := &Receiver{came: make(chan struct{}, 1)}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

// Refuse lets it take nothing any more, for good: what is posted has failed at once.
func (r *Receiver) Refuse() { r.refuse.Store(true) }

// Texts are those of the messages that it took, in the order in which they came.
func (r *Receiver) Texts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.texts...)
}

func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var message struct {
		Text string `json:"text"`
	}
	if err := json.NewDecoder(req.Body).Decode(&message); err != nil || r.refuse.Load() {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = w.Write([]byte(`{"detail":"the customer has blocked this page"}`))
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts = append(r.texts, message.Text)
	select {
	case r.came <- struct{}{}:
	default:
	}
}

// Took waits until it has taken a text.
func (r *Receiver) Took(t testing.TB, text string) {
	t.Helper()
	late := time.After(patience)
	for !slices.Contains(r.Texts(), text) {
		select {
		case <-r.came:
		case <-late:
			t.Fatalf("%q was not posted, but %q", text, r.Texts())
		}
	}
}
