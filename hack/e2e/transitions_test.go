//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// transitions records what a condition of an object says, one after the other, as
// whoever watches the object is told.
type transitions struct {
	mu   sync.Mutex
	said []string          // "True Programmed", each different from the one before
	why  map[string]string // what came with each the last time
}

// watch records from now to the end of the spec.
func (t *tenant) watch(object, kind string) *transitions {
	GinkgoHelper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, t.Kubectl, "--namespace", t.Namespace, "get", object, "--watch", "--output=json")
	out, err := cmd.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(cmd.Start()).To(Succeed())
	record := &transitions{why: map[string]string{}}
	var ended sync.WaitGroup
	ended.Go(func() {
		for states := json.NewDecoder(out); ; {
			var o conditioned
			if states.Decode(&o) != nil {
				return
			}
			if said, why, told := strings.Cut(o.says(kind), ":"); told {
				record.add(said, why)
			}
		}
	})
	DeferCleanup(func() {
		cancel()
		ended.Wait()
		_ = cmd.Wait() // it was killed
	})
	Eventually(record.all).ShouldNot(BeEmpty())
	return record
}

func (r *transitions) add(said, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.why[said] = why
	if len(r.said) == 0 || r.said[len(r.said)-1] != said {
		r.said = append(r.said, said)
	}
}

func (r *transitions) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.said)
}

// since leaves out the first n.
func (r *transitions) since(n int) []string { return r.all()[n:] }

func (r *transitions) last() string {
	said := r.all()
	return said[len(said)-1]
}

// text is what the condition said besides, when it last said that.
func (r *transitions) text(said string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why[said]
}
