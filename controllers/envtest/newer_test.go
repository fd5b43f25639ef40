package envtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// newer makes an operator one that is ahead of its runtime: what it puts has
// another value in some entries on its way to the replica, which judges that
// itself and answers itself.
type newer struct {
	// writes changes a snapshot, decoded, as JSON has it; nil for nothing.
	writes atomic.Pointer[func(snapshot map[string]any)]
	puts   atomic.Int64
}

// ahead leads the operator's connections to a replica through a newer.
func ahead(ctx context.Context, p *pod) *newer {
	GinkgoHelper()
	n := &newer{}
	replica := led(ctx, p)
	net.route(p.admin(), adminPort(ctx, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			n.puts.Add(1)
			n.rewrite(r)
		}
		replica.ServeHTTP(w, r)
	})))
	return n
}

func (n *newer) rewrite(r *http.Request) {
	defer GinkgoRecover()
	write := n.writes.Load()
	if write == nil {
		return
	}
	var update map[string]any
	Expect(json.NewDecoder(r.Body).Decode(&update)).To(Succeed())
	(*write)(update["snapshot"].(map[string]any))
	body, err := json.Marshal(update)
	Expect(err).NotTo(HaveOccurred())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// write lets a generation of an entry of the snapshot have another value from now
// on, one that this runtime does not know.
func (n *newer) write(entries, name string, generation int, field, value string) {
	var write func(map[string]any)
	before := n.writes.Load()
	write = func(s map[string]any) {
		if before != nil {
			(*before)(s)
		}
		list, _ := s[entries].([]any)
		for _, e := range list {
			if entry := e.(map[string]any); entry["name"] == name && entry["generation"] == float64(generation) {
				entry[field] = value
			}
		}
	}
	n.writes.Store(&write)
}
