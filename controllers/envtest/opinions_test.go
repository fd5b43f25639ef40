package envtest_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/pullmode/operator/controllers/operator"
)

var _ = Describe("two operators that are of different opinions", func() {
	It("settle: one is served, both are quiet, and the one that gives in says so once", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		// What one hands over is not adopted for long here, and nobody waits for it.
		one := startOperator(impatient, ns)
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		// To the other one the list has another name, as to one that is another version.
		two := startWriting(&writes{hold: reading(`"displayName":"L1"`, `"displayName":"Elle Une"`)}, impatient, ns)

		settled := func() {
			GinkgoHelper()
			Eventually(func() []string {
				one.writes.reset()
				two.writes.reset()
				before := p.replica.Report().Sequence
				seen := afterDrifts(p, 8, func() []string { return append(one.writes.seen(), two.writes.seen()...) })
				if p.replica.Report().Sequence != before {
					seen = append(seen, "a snapshot")
				}
				return seen
			}).Should(BeEmpty())
			for kind, name := range kinds {
				Expect(condition(ctx, ns, kind, name, "Ready")()).To(Equal("True/Ready"), kind)
			}
		}
		Eventually(told(ctx, ns)).Should(ContainElement("RoutingRuntime/main Warning OtherOperator"))
		settled()
		Expect(p.replica.Snapshot().Lists[0].DisplayName).To(BeElementOf("L1", "Elle Une"))
		afterDrifts(p, 4, told(ctx, ns))
		Expect(strings.Count(strings.Join(told(ctx, ns)(), "\n"), "OtherOperator")).To(Equal(1))

		By("serving the next change all the same")
		apply(ctx, ns, theList+"  description: changed\n")
		Eventually(func() string { return p.replica.Snapshot().Lists[0].Description }).Should(Equal("changed"))
		settled()
		Expect(p.replica.Snapshot().Lists[0].Description).To(Equal("changed"))
	})
})

var _ = Describe("two operators that would run different images", func() {
	It("settle: the pods are of one of the two, and both are quiet", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		run := func(image string) *running {
			return startOperator(func(o *operator.Options) { o.RuntimeImage = image }, ns)
		}
		one := run("example.com/pullmode:1")
		apply(ctx, ns, everything)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)
		two := run("example.com/pullmode:2")

		Eventually(told(ctx, ns)).Should(ContainElement("RoutingRuntime/main Warning OtherOperator"))
		Eventually(func() []string {
			one.writes.reset()
			two.writes.reset()
			return afterDrifts(p, 8, func() []string { return append(one.writes.seen(), two.writes.seen()...) })
		}).Should(BeEmpty())
		Expect(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")()).To(BeEmpty())

		By("applying the next change once the other one is gone")
		image := func() string {
			var set appsv1.StatefulSet
			Expect(present(ctx, ns, &set)).To(BeTrue())
			return set.Spec.Template.Spec.Containers[0].Image
		}
		winner, wanted := one, "example.com/pullmode:2"
		if image() == wanted {
			winner, wanted = two, "example.com/pullmode:1"
		}
		winner.stop()
		apply(ctx, ns, strings.Replace(theRuntime, "{authentication", "{drainTimeout: 40s, authentication", 1))
		Eventually(image).Should(Equal(wanted))
	})
})

// reading lets an operator read something else than the API server says of Worklists.
func reading(said, read string) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		res, err := next.RoundTrip(req)
		if err == nil && req.Method == http.MethodGet && strings.Contains(req.URL.Path, "/worklists") {
			res.Body = &misread{source: bufio.NewReader(res.Body), body: res.Body, said: []byte(said), read: []byte(read)}
			res.ContentLength = -1
			res.Header.Del("Content-Length")
		}
		return res, err
	}
}

// misread replaces words in an answer, line by line: a watch sends one a line.
type misread struct {
	source     *bufio.Reader
	body       io.Closer
	said, read []byte
	line       []byte
	err        error
}

func (m *misread) Read(into []byte) (int, error) {
	for len(m.line) == 0 {
		if m.err != nil {
			return 0, m.err
		}
		m.line, m.err = m.source.ReadBytes('\n')
		m.line = bytes.ReplaceAll(m.line, m.said, m.read)
	}
	n := copy(into, m.line)
	m.line = m.line[n:]
	return n, nil
}

func (m *misread) Close() error { return m.body.Close() }
