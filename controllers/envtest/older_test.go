package envtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/snapshot"
)

var _ = Describe("a runtime that is set back to an earlier version", func() {
	It("is asked what it knows of its store, and what it does not know of one object holds up no other one", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		op := startOperator(nil, ns)
		apply(ctx, ns, everything+"---"+strings.Replace(theList, "l1", "l3", 1)+"  description: of l3\n")
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		Eventually(condition(ctx, ns, "Worklist", "l3", "Ready")).Should(Equal("True/Ready"))

		earlier(ctx, p)
		Eventually(condition(ctx, ns, "Worklist", "l3", "Ready")).Should(Equal("False/Rejected"))
		Expect(message(ctx, ns, "Worklist", "l3", "Ready")).To(ContainSubstring("does not know the field lists[].description"))
		apply(ctx, ns, anotherList)
		Eventually(condition(ctx, ns, "Worklist", "l2", "Ready")).Should(Equal("True/Ready"))
		allReady(ctx, ns)
		Expect(listsOf(p)).To(ConsistOf("l1", "l2", "l3"))

		By("neither writing nor programming while nothing changes, also over a restart")
		Eventually(func() []string {
			op.writes.reset()
			return afterDrifts(p, 2, op.writes.seen)
		}).Should(BeEmpty())
		sequence := p.replica.Report().Sequence
		op.stop()
		op = startOperator(nil, ns)
		Expect(afterDrifts(p, 4, op.writes.seen)).To(BeEmpty())
		Expect(p.replica.Report().Sequence).To(Equal(sequence))

		By("serving all of it again once the version is back")
		net.route(p.admin(), p.replica.AdminAddr().String())
		Eventually(condition(ctx, ns, "Worklist", "l3", "Ready")).Should(Equal("True/Ready"))
	})
})

// earlier makes a replica one of an earlier version, in which lists have no
// description: it hands out none, takes none, and reports the digest of what is in
// its store.
func earlier(ctx context.Context, p *pod) {
	GinkgoHelper()
	replica := led(ctx, p)
	replica.ModifyResponse = func(res *http.Response) error {
		if res.StatusCode != http.StatusOK || res.Request.Method != http.MethodGet {
			return nil
		}
		if strings.HasSuffix(res.Request.URL.Path, "/configz") {
			return rewritten(res, func(r *snapshot.Report) { r.Version = "earlier" })
		}
		return rewritten(res, func(u *snapshot.Update) { described(u, func(l *snapshot.List) { l.Description = "" }) })
	}
	net.route(p.admin(), adminPort(ctx, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			replica.ServeHTTP(w, r)
			return
		}
		defer GinkgoRecover()
		body, err := io.ReadAll(r.Body)
		Expect(err).NotTo(HaveOccurred())
		var u snapshot.Update
		Expect(json.Unmarshal(body, &u)).To(Succeed())
		refusal := snapshot.Refusal{Reason: snapshot.Rejected, Message: "the snapshot has problems"}
		described(&u, func(l *snapshot.List) {
			refusal.Problems = append(refusal.Problems, snapshot.Problem{
				Kind: snapshot.KindList, Name: l.Name, Message: "the runtime does not know the field lists[].description",
			})
		})
		if len(refusal.Problems) > 0 {
			reply(w, http.StatusUnprocessableEntity, refusal)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		replica.ServeHTTP(w, r)
	})))
}

// described visits the lists that have a description.
func described(u *snapshot.Update, visit func(*snapshot.List)) {
	for i := range u.Snapshot.Lists {
		if l := &u.Snapshot.Lists[i]; l.Description != "" {
			visit(l)
		}
	}
}

// rewritten changes the document in an answer.
func rewritten[T any](res *http.Response, change func(*T)) error {
	var document T
	if err := json.NewDecoder(res.Body).Decode(&document); err != nil {
		return err
	}
	change(&document)
	body, err := json.Marshal(document)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Del("Content-Length")
	return err
}
