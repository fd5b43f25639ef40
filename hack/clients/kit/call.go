package kit

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Message is what a customer writes. An empty ID is made up.
type Message struct {
	ID          string       `json:"id"`
	Customer    Customer     `json:"customer"`
	Text        string       `json:"text,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Customer is who writes it; without a name, an anonymous one.
type Customer struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// Attachment is a file that stays where it is.
type Attachment struct {
	URL         string `json:"url"`
	Name        string `json:"name,omitempty"`
	ContentType string `json:"contentType,omitempty"`
}

// Receipt is what became of a message.
type Receipt struct {
	Request string `json:"request"`
	List    string `json:"list"`
	Outcome string `json:"outcome"`
}

// Key is what a connector of any channel shows.
func (r *Runtime) Key() string {
	r.t.Helper()
	key, err := os.ReadFile(filepath.Join(r.data, "connector.key"))
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(string(key))
}

// Token is one of an agent with these groups.
func (r *Runtime) Token(agent string, groups ...string) string {
	r.t.Helper()
	form := url.Values{
		"grant_type": {"urn:pullmode:grant-type:development"}, "username": {agent}, "groups": {strings.Join(groups, " ")},
	}
	resp, err := http.PostForm(r.IssuerURL+"/token", form)
	if err != nil {
		r.t.Fatal(err)
	}
	var token struct {
		IDToken string `json:"id_token"`
	}
	r.read(resp, &token)
	return token.IDToken
}

// Post has a customer of a channel write.
func (r *Runtime) Post(channel string, m Message) Receipt {
	r.t.Helper()
	if m.ID == "" {
		m.ID = rand.Text()
	}
	var receipt Receipt
	r.Call(r.Key(), http.MethodPost, "/v1/channels/"+channel+"/messages", m, &receipt)
	return receipt
}

// Call calls the API as whoever's token or key it is, and reads the answer into to
// where that is not nil. Another answer than 2xx fails the test. Every call of an
// agent is a command of its own.
func (r *Runtime) Call(bearer, method, path string, body, to any) {
	r.t.Helper()
	r.read(r.send(bearer, method, path, body), to)
}

// Eventually waits for a fact, by looking again and again.
func (r *Runtime) Eventually(what string, fact func() bool) {
	r.t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for late := time.After(patience); !fact(); {
		select {
		case <-again.C:
		case <-late:
			r.t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

// Status is how such a call is answered.
func (r *Runtime) Status(bearer, method, path string, body any) int {
	r.t.Helper()
	resp := r.send(bearer, method, path, body)
	defer resp.Body.Close()
	return resp.StatusCode
}

func (r *Runtime) send(bearer, method, path string, body any) *http.Response {
	r.t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.URL+path, sent)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Idempotency-Key", rand.Text())
	if sent != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp
}

func (r *Runtime) read(resp *http.Response, to any) {
	r.t.Helper()
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		r.t.Fatalf("%s %s: %s\n%s", resp.Request.Method, resp.Request.URL, resp.Status, answer)
	}
	if to != nil {
		if err := json.Unmarshal(answer, to); err != nil {
			r.t.Fatalf("%s %s: %v\n%s", resp.Request.Method, resp.Request.URL, err, answer)
		}
	}
}
