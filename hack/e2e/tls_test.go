//go:build e2e

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
)

// certificate is for the name main, signed by itself. Both are PEM.
func certificate() (cert, key []byte) {
	GinkgoHelper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "main"}, DNSNames: []string{"main"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA:        true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	Expect(err).NotTo(HaveOccurred())
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	Expect(err).NotTo(HaveOccurred())
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// trusting is a client that knows these authorities and no others.
func trusting(authorities ...[]byte) *http.Client {
	pool := x509.NewCertPool()
	for _, a := range authorities {
		pool.AppendCertsFromPEM(a)
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "main"}}}
}

var _ = Describe("A certificate for agents", func() {
	It("comes from a Secret, and is changed without a restart", func(ctx context.Context) {
		t := emptyTenant(ctx, "tls")
		first, firstKey := certificate()
		t.certificate(ctx, first, firstKey)
		t.samples(ctx, spec, spec+"  tls: {secretRef: {name: shown}}\n")
		t.settled(ctx)
		second, secondKey := certificate()
		t.https, t.stage = trusting(first, second), stage
		t.stage.Runtime = strings.Replace(t.reach(ctx, "service/main", 443), "http:", "https:", 1)
		listeners, customers := []*listener{listen(t.agent(ctx, "alice")), listen(t.agentOver(ctx, client.WebSocket, "alice"))}, t.begin()
		pod := t.run(ctx, "get", "pod", "main-0", "--output=jsonpath={.metadata.uid}")

		t.certificate(ctx, second, secondKey)
		Eventually(func() error {
			// The kubelet brings what changed of a Secret within a minute or so, and at once to a pod that changes.
			t.run(ctx, "annotate", "pod", "main-0", "--overwrite", "looked-at="+time.Now().Format("150405.000"))
			response, err := trusting(second).Get(t.stage.Runtime + "/openapi.json")
			if err == nil {
				response.Body.Close()
			}
			return err
		}).Should(Succeed())
		customers.goesOn()
		for _, l := range listeners {
			customers.reaches(l)
			breaks, _ := l.counts()
			Expect(breaks).To(BeZero(), "who is connected stays so")
		}
		Expect(t.field(ctx, "pod/main-0", "{.metadata.uid} {.status.containerStatuses[0].restartCount}")).To(Equal(pod + " 0"))
	}, NodeTimeout(15*time.Minute))
})

// certificate puts a certificate into the Secret that the runtime shows.
func (t *tenant) certificate(ctx context.Context, cert, key []byte) {
	GinkgoHelper()
	indent := func(text []byte) string {
		return "    " + strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "\n    ")
	}
	t.apply(ctx, `
apiVersion: v1
kind: Secret
metadata: {name: shown}
type: kubernetes.io/tls
stringData:
  tls.crt: |
`+indent(cert)+`
  tls.key: |
`+indent(key)+"\n")
}
