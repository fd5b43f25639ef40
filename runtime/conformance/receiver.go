package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/outbound/webhook"
)

// Receiver is where the runtime posts what agents write (/outbound/CHANNEL) and the
// record of all that happens (/sink).
type Receiver interface {
	// Answer answers agents' messages that contain a word with these statuses, one
	// after the other, and later ones as usual.
	Answer(word string, statuses ...int) error
	// Posts are what came to a path, or below it, and contains a word.
	Posts(path, word string) ([]Post, error)
	// Close ends it.
	Close() error
}

// Mailbox is a receiver in this process. It answers /suite/ to a suite that runs
// elsewhere, see Reach.
type Mailbox struct {
	key    string
	server *http.Server
	addr   net.Addr
	served chan struct{}

	mu    sync.Mutex
	posts []Post
	// answers are what posts are answered that contain a word, until they are used up.
	answers map[string][]int
}

// Post is one thing that the runtime posted.
type Post struct {
	Path string `json:"path"`
	ID   string `json:"id"`
	Body []byte `json:"body"`
	// Signed says that the signature is right.
	Signed bool `json:"signed"`
	// Status is what it was answered.
	Status int `json:"status"`
}

// Listen opens a receiver; a port of 0 chooses a free one. What comes has to be
// signed with the key.
func Listen(addr, key string) (*Mailbox, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("open the receiver's port: %w", err)
	}
	r := &Mailbox{key: key, addr: l.Addr(), served: make(chan struct{}), answers: map[string][]int{}}
	r.server = &http.Server{Handler: r.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(r.served)
		_ = r.server.Serve(l) // ends with Close
	}()
	return r, nil
}

// Addr is where it listens.
func (r *Mailbox) Addr() net.Addr { return r.addr }

// Close ends it.
func (r *Mailbox) Close() error {
	err := r.server.Close()
	<-r.served
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (r *Mailbox) take(w http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(io.LimitReader(in.Body, 4<<20))
	if err != nil {
		return
	}
	post := Post{
		Path: in.URL.Path, ID: in.Header.Get("Webhook-Id"), Body: body,
		Signed: webhook.Verify(in.Header, body, []string{r.key}, time.Now()) == nil,
		Status: http.StatusNoContent,
	}
	r.mu.Lock()
	if strings.HasPrefix(post.Path, "/outbound/") {
		for word, statuses := range r.answers {
			if len(statuses) > 0 && strings.Contains(string(body), word) {
				post.Status, r.answers[word] = statuses[0], statuses[1:]
			}
		}
	}
	r.posts = append(r.posts, post)
	r.mu.Unlock()
	w.WriteHeader(post.Status)
}

// Answer is Receiver's.
func (r *Mailbox) Answer(word string, statuses ...int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[word] = statuses
	return nil
}

// Posts is Receiver's.
func (r *Mailbox) Posts(path, word string) ([]Post, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.posts), func(p Post) bool {
		return !strings.HasPrefix(p.Path, path) || !strings.Contains(string(p.Body), word)
	}), nil
}

// Posts are what came to a path, or below it, and contains a word.
func (t *T) Posts(path, word string) []Post {
	posts, err := t.Target.Receiver.Posts(path, word)
	if err != nil {
		t.Fatalf("ask the receiver what it got: %v", err)
	}
	return posts
}

// Answer has agents' messages that contain a word answered with these statuses.
func (t *T) Answer(word string, statuses ...int) {
	if err := t.Target.Receiver.Answer(word, statuses...); err != nil {
		t.Fatalf("tell the receiver what to answer: %v", err)
	}
}

// Delivered waits for a post that was taken.
func (t *T) Delivered(path, word string) Post {
	var found Post
	t.Eventually("a post to "+path, func() string {
		posts := t.Posts(path, word)
		i := slices.IndexFunc(posts, func(p Post) bool { return p.Status == http.StatusNoContent })
		if i < 0 {
			return fmt.Sprintf("%d posts that were not taken", len(posts))
		}
		found = posts[i]
		return ""
	})
	t.Check(found.Signed, "a post to %s is not signed with the key of its secretRef", path)
	return found
}

// Decode reads a post's JSON.
func (p Post) Decode(into any) error { return json.Unmarshal(p.Body, into) }
