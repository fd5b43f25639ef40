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
type Receiver struct {
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
	Path string
	ID   string
	Body []byte
	// Signed says that the signature is right.
	Signed bool
	Status int
}

// Listen opens a receiver; a port of 0 chooses a free one. What comes has to be
// signed with the key.
func Listen(addr, key string) (*Receiver, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("open the receiver's port: %w", err)
	}
	r := &Receiver{key: key, addr: l.Addr(), served: make(chan struct{}), answers: map[string][]int{}}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(r.served)
		_ = r.server.Serve(l) // ends with Close
	}()
	return r, nil
}

// Addr is where it listens.
func (r *Receiver) Addr() net.Addr { return r.addr }

// Close ends it.
func (r *Receiver) Close() error {
	err := r.server.Close()
	<-r.served
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (r *Receiver) ServeHTTP(w http.ResponseWriter, in *http.Request) {
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

// Answer answers agents' messages that contain a word with these statuses, one
// after the other, and later ones as usual.
func (r *Receiver) Answer(word string, statuses ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[word] = statuses
}

// Posts are what came to a path, or below it, and contains a word.
func (r *Receiver) Posts(path, word string) []Post {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.posts), func(p Post) bool {
		return !strings.HasPrefix(p.Path, path) || !strings.Contains(string(p.Body), word)
	})
}

// Delivered waits for a post that was taken.
func (t *T) Delivered(path, word string) Post {
	var found Post
	t.Eventually("a post to "+path, func() string {
		posts := t.Target.Receiver.Posts(path, word)
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
