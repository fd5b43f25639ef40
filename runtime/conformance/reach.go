package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// routes are what a mailbox answers: the runtime below everything, and a suite that
// runs elsewhere below /suite/.
func (r *Mailbox) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", r.take)
	mux.HandleFunc("GET /suite/posts", func(w http.ResponseWriter, in *http.Request) {
		posts, _ := r.Posts(in.FormValue("path"), in.FormValue("word")) // in this process nothing fails
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(posts) // a suite that has gone asks again
	})
	mux.HandleFunc("PUT /suite/answers/{word}", func(w http.ResponseWriter, in *http.Request) {
		var statuses []int
		if err := json.NewDecoder(io.LimitReader(in.Body, 1<<10)).Decode(&statuses); err != nil {
			http.Error(w, "a JSON array of HTTP statuses is meant", http.StatusBadRequest)
			return
		}
		_ = r.Answer(in.PathValue("word"), statuses...)
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

// remoteMailbox is a Mailbox that runs elsewhere.
type remoteMailbox struct {
	url    string
	client *http.Client
}

// Reach is a Mailbox that runs where the runtime reaches it, and the suite does at
// this URL.
func Reach(url string) Receiver {
	return &remoteMailbox{url: strings.TrimSuffix(url, "/"), client: &http.Client{Timeout: 10 * time.Second}}
}

func (r *remoteMailbox) Posts(path, word string) (posts []Post, err error) {
	body, err := r.call(http.MethodGet, "/suite/posts?"+url.Values{"path": {path}, "word": {word}}.Encode(), nil)
	if err == nil {
		err = json.Unmarshal(body, &posts)
	}
	return posts, err
}

func (r *remoteMailbox) Answer(word string, statuses ...int) error {
	body, err := json.Marshal(statuses)
	if err == nil {
		_, err = r.call(http.MethodPut, "/suite/answers/"+url.PathEscape(word), body)
	}
	return err
}

func (r *remoteMailbox) Close() error {
	r.client.CloseIdleConnections()
	return nil
}

func (r *remoteMailbox) call(method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, r.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("the receiver at %s answers %s: %s", r.url, answer.Status, said)
	}
	return said, err
}
