//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/compile/keyring"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/workload"
	"github.com/pullmode/operator/runtime/snapshot"
)

// compiled is the digest of what the objects of the namespace say now, compiled
// here: what should be served. All of them have to be valid, and none may drain.
func (t *tenant) compiled(ctx context.Context) string {
	GinkgoHelper()
	var in compile.Input
	t.read(ctx, "routingruntimes", &in.Runtimes)
	t.read(ctx, "mediaroutingdomains", &in.MediaRoutingDomains)
	t.read(ctx, "worklists", &in.Worklists)
	t.read(ctx, "channels", &in.Channels)
	t.read(ctx, "agentsubscriptions", &in.AgentSubscriptions)
	in.Keys = map[string]compile.SecretKeys{}
	for name, need := range compile.Needs(in) {
		in.Keys[name] = keyring.Read(t.secret(ctx, name).Data, need)
	}
	encoded, err := compile.Compile(in).Snapshot.Encode()
	Expect(err).NotTo(HaveOccurred())
	return snapshot.Digest(encoded)
}

// read reads all objects of a kind.
func (t *tenant) read(ctx context.Context, kind string, items any) {
	GinkgoHelper()
	list := struct{ Items any }{items}
	Expect(json.Unmarshal([]byte(t.run(ctx, "get", kind, "--output=json")), &list)).To(Succeed())
}

func (t *tenant) secret(ctx context.Context, name string) corev1.Secret {
	GinkgoHelper()
	var secret corev1.Secret
	Expect(json.Unmarshal([]byte(t.run(ctx, "get", "secret", name, "--output=json")), &secret)).To(Succeed())
	return secret
}

// served asks a replica itself what it serves, as the operator does.
func (t *tenant) served(ctx context.Context, pod string) *snapshot.Report {
	GinkgoHelper()
	secret := t.secret(ctx, workload.ClientSecretName("main"))
	c, err := program.NewClient(program.Credentials{
		Authorities: secret.Data["ca.crt"], Certificate: secret.Data[corev1.TLSCertKey], Key: secret.Data[corev1.TLSPrivateKeyKey],
		ServerName: workload.AdminServerName("main"),
	}, nil)
	Expect(err).NotTo(HaveOccurred())
	defer c.Close()
	f, err := t.Forward(ctx, "pod/"+pod, int(workload.PortAdmin))
	Expect(err).NotTo(HaveOccurred())
	defer f.Close()
	var report *snapshot.Report
	Eventually(func() (err error) { // it is given two seconds at a time
		report, err = c.Report(ctx, program.Target{Name: pod, Addr: strings.TrimPrefix(f.URL, "http://")})
		return err
	}).Should(Succeed())
	return report
}

// servesWhatIsWritten waits until every object is Ready, and holds what the replica
// says of itself against what follows from the objects.
func (t *tenant) servesWhatIsWritten(ctx context.Context, pod string) {
	GinkgoHelper()
	t.settled(ctx)
	wanted := t.compiled(ctx)
	Expect(t.served(ctx, pod).Digest).To(Equal(wanted))
	// The statuses of objects are written one by one.
	Eventually(func() string { return t.field(ctx, "routingruntime/main", "{.status.snapshot.digest}") }).Should(Equal(wanted))
	var all struct{ Items []v1alpha1.Worklist }
	Expect(json.Unmarshal([]byte(t.run(ctx, "get", kinds, "--output=json")), &all)).To(Succeed())
	for _, o := range all.Items { // what is read of each is what all kinds have
		Expect(o.Status.ProgrammedGeneration).To(Equal(o.Generation), "%s %s", o.Kind, o.Name)
	}
}
