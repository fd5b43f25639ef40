package envtest_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// kubectlCache is where kubectl keeps what it knows of this suite's API server: by
// default it keeps that by the port, at which another one may have been before.
var kubectlCache string

// kubectl is the real one, in a namespace: what it prints is what a person reads.
func kubectl(ctx context.Context, namespace string, args ...string) string {
	GinkgoHelper()
	program := filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl")
	cmd := exec.CommandContext(ctx, program, append([]string{"--kubeconfig", kubeconfig(), "--cache-dir", kubectlCache, "--namespace", namespace}, args...)...)
	cmd.Stderr = GinkgoWriter
	out, err := cmd.Output()
	Expect(err).NotTo(HaveOccurred(), "kubectl %v", args)
	return string(out)
}

// kubeconfig writes how to reach the API server of this suite into a file.
func kubeconfig() string {
	GinkgoHelper()
	const name = "envtest"
	c := api.NewConfig()
	c.Clusters[name] = &api.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
	c.AuthInfos[name] = &api.AuthInfo{ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
	c.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name}
	c.CurrentContext = name
	file := filepath.Join(GinkgoT().TempDir(), "kubeconfig")
	Expect(clientcmd.WriteToFile(*c, file)).To(Succeed())
	return file
}
