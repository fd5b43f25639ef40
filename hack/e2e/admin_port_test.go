//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/pullmode/operator/controllers/workload"
)

// Who gets at the admin port can program the runtime and read its requests. A
// NetworkPolicy keeps strangers away from it, where the cluster enforces one; a
// certificate is asked for everywhere.
var _ = Describe("The admin port", func() {
	It("is for the operator alone", func(ctx context.Context) {
		t := newTenant(ctx, "admin")
		Expect(t.run(ctx, "get", "networkpolicy", "main", "--output=jsonpath={.spec.ingress[*].ports[*].port}")).
			To(Equal(fmt.Sprintf("%d %d %d", workload.PortPublic, workload.PortAdmin, workload.PortMetrics)))
		if t.strangerReaches(ctx, workload.PortAdmin) {
			say("NOT ENFORCED HERE: this cluster has no engine for NetworkPolicies. Any pod reaches the admin port, which rests on its certificates alone.")
		} else {
			Expect(t.strangerReaches(ctx, workload.PortPublic)).To(BeTrue(), "agents and connectors come from anywhere")
		}

		By("asking for certificates")
		Expect(t.served(ctx, "main-0").Digest).NotTo(BeEmpty(), "the operator's own opens it")
		foreign, err := tls.X509KeyPair(certificate())
		Expect(err).NotTo(HaveOccurred())
		other := k.secret(ctx, workload.ClientSecretName("main")) // a runtime of the same name in another namespace
		neighbour, err := tls.X509KeyPair(other.Data[corev1.TLSCertKey], other.Data[corev1.TLSPrivateKeyKey])
		Expect(err).NotTo(HaveOccurred())
		address := strings.TrimPrefix(t.reach(ctx, "pod/main-0", int(workload.PortAdmin)), "http://")
		for who, shown := range map[string][]tls.Certificate{
			"nobody": nil, "a stranger": {foreign}, "the operator of another runtime": {neighbour},
		} {
			Expect(refusal(ctx, address, shown)).To(MatchError(ContainSubstring("certificate")), who)
		}
	}, NodeTimeout(15*time.Minute))
})

// refusal is what somebody is told who shows these certificates. They say nothing
// more: what is written to somebody who has hung up already is an error of its own.
func refusal(ctx context.Context, address string, shown []tls.Certificate) error {
	GinkgoHelper()
	// What the port shows itself is not looked at: it is the other side that has to refuse.
	dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, GetClientCertificate: shows(shown)}}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	Expect(conn.SetReadDeadline(time.Now().Add(patience))).To(Succeed())
	_, err = conn.Read(make([]byte, 1))
	return err
}

// shows a certificate whoever asks, also where the other side has said that it
// knows another authority.
func shows(certificates []tls.Certificate) func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if len(certificates) == 0 {
			return &tls.Certificate{}, nil
		}
		return &certificates[0], nil
	}
}

// strangerReaches tells whether a pod that is nothing of ours gets a connection to
// a port of the runtime. It asks it for the keys of an issuer, which no port has.
func (t *tenant) strangerReaches(ctx context.Context, port int32) bool {
	GinkgoHelper()
	address := t.run(ctx, "get", "pod", "main-0", "--output=jsonpath={.status.podIP}")
	image := t.run(ctx, "get", "pod", "main-0", "--output=jsonpath={.spec.containers[0].image}")
	name := fmt.Sprintf("stranger-%d", port)
	t.apply(ctx, fmt.Sprintf(`
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  restartPolicy: Never
  activeDeadlineSeconds: 120
  securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: stranger
      image: %s
      command: [/pullmode, token, --as=stranger, "--issuer=http://%s:%d"]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`, name, image, address, port))
	Eventually(func() string { return t.field(ctx, "pod/"+name, "{.status.phase}") }).Should(Equal("Failed"))
	said := t.run(ctx, "logs", name)
	GinkgoWriter.Println("a stranger at port", port, "is told:", said)
	return strings.Contains(said, "400") || strings.Contains(said, "404")
}
