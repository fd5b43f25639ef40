//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// plugin is kubectl with the plugin beside it, as a platform team has it.
type plugin struct {
	*tenant
	dir string
}

// newPlugin builds the plugin from this checkout.
func newPlugin(ctx context.Context, t *tenant) *plugin {
	GinkgoHelper()
	p := &plugin{t, GinkgoT().TempDir()}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(p.dir, "kubectl-pullmode"), "../../cmd/pullmode")
	out, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(out))
	return p
}

// pullmode runs `kubectl pullmode`, and gives its exit code and what it prints.
func (p *plugin) pullmode(ctx context.Context, args ...string) (code int, out, complaint string) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, p.Kubectl, append(append([]string{"pullmode"}, args...), "--namespace", p.Namespace)...)
	cmd.Env = append(os.Environ(), "PATH="+p.dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		Expect(err).NotTo(HaveOccurred())
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// ok runs `kubectl pullmode`, which has to succeed.
func (p *plugin) ok(ctx context.Context, args ...string) string {
	GinkgoHelper()
	code, out, complaint := p.pullmode(ctx, args...)
	Expect(code).To(BeZero(), out+complaint)
	return out
}

var _ = Describe("The command line of a platform team", func() {
	It("shows what is served, compares, moves and closes requests, backs up and restores", func(ctx context.Context) {
		p := newPlugin(ctx, newTenant(ctx, "cli"))
		facebook := p.connector("c2", p.stage.Key)
		post := func(customer string) string {
			GinkgoHelper()
			receipt, err := facebook.Post(ctx, protocol.PostMessage{ID: customer, Customer: protocol.Customer{ID: customer, Name: customer}, Text: "hello"})
			Expect(err).NotTo(HaveOccurred())
			return receipt.Request
		}
		first, second := post("john"), post("mary")

		By("the status, at the pod's address and through a port-forward")
		for _, way := range [][]string{nil, {"--port-forward"}} {
			Expect(p.ok(ctx, append([]string{"status"}, way...)...)).To(And(
				ContainSubstring("RoutingRuntime main in namespace "+p.Namespace),
				MatchRegexp(`main-0 +yes +current +\d+, [0-9a-f]{12} +0 `),
				ContainSubstring("2 open: 2 unread, 0 active, 0 inactive"),
				ContainSubstring("All 6 objects are ready."),
			))
		}

		By("what somebody sees who may only view the namespace")
		p.run(ctx, "create", "rolebinding", "viewer", "--clusterrole=view", "--user=viewer")
		Eventually(func() string { _, out, _ := p.pullmode(ctx, "status", "--as", "viewer"); return out }).Should(And(
			ContainSubstring("All 6 objects are ready."),
			ContainSubstring("live figures are missing: you may not read Secret main-admin-client"),
		))

		By("the difference that a folder makes")
		Expect(p.ok(ctx, "diff", "../../config/samples")).To(ContainSubstring("Nothing would change"))
		p.apply(ctx, worklist("later", "Of later"))
		folder := GinkgoT().TempDir()
		Expect(os.WriteFile(filepath.Join(folder, "channel.yaml"), []byte(channel("c2", "company-page", "later")), 0o600)).To(Succeed())
		code, out, _ := p.pullmode(ctx, "diff", folder)
		Expect(code).To(Equal(1))
		Expect(out).To(ContainSubstring("list l1 -> later: new requests go to later; what is open stays on l1 (2 open requests)"))
		Expect(os.WriteFile(filepath.Join(folder, "channel.yaml"), []byte(channel("c2", "company-page", "nowhere")), 0o600)).To(Succeed())
		code, out, _ = p.pullmode(ctx, "diff", folder)
		Expect(code).To(Equal(3), out)
		Expect(out).To(ContainSubstring("No Worklist nowhere exists"))

		By("a backup, and what happens after it")
		p.settled(ctx)
		backup := filepath.Join(GinkgoT().TempDir(), "main.backup")
		Expect(p.ok(ctx, "backup", "--output", backup, "--port-forward")).To(ContainSubstring("with 2 open requests of RoutingRuntime main"))
		Expect(p.ok(ctx, "requests", "list")).To(And(ContainSubstring(first), ContainSubstring(second)))
		Expect(p.ok(ctx, "requests", "close", first, "--yes")).To(ContainSubstring("closed: " + first))
		var moved protocol.Result
		Expect(json.Unmarshal([]byte(p.ok(ctx, "requests", "transfer", second, "--to", "later", "--yes", "--output", "json")), &moved)).To(Succeed())
		Expect(moved.Request.TransferredTo).NotTo(BeEmpty())
		Expect(p.ok(ctx, "requests", "list")).To(And(ContainSubstring(moved.Request.TransferredTo), Not(ContainSubstring(first))))
		late := post("late")
		cursor := begins(ctx, p.agent(ctx, "alice"), "").Cursor

		By("the restore")
		code, _, complaint := p.pullmode(ctx, "restore", "main", backup)
		Expect(code).To(Equal(2))
		Expect(complaint).To(ContainSubstring("nobody is there to ask: answer with --yes"))
		Expect(p.ok(ctx, "restore", "main", backup, "--yes", "--port-forward")).To(ContainSubstring("serves again, with 2 open requests"))
		gap := begins(ctx, p.agent(ctx, "alice"), cursor)
		Expect(gap.Type).To(Equal(protocol.EventGap))
		Expect(string(gap.Data)).To(ContainSubstring(string(protocol.GapEpoch)))
		var open []string
		for r, err := range p.agent(ctx, "alice").Requests(ctx, client.Query{Limit: 500}) {
			Expect(err).NotTo(HaveOccurred())
			open = append(open, r.ID)
		}
		Expect(open).To(Equal([]string{first, second}))
		Expect(open).NotTo(ContainElement(late))
		p.servesWhatIsWritten(ctx, "main-0")
	}, NodeTimeout(15*time.Minute))
})
