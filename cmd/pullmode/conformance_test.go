package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/conformance"
)

// The runtime in this process keeps every rule, and no case is skipped.
func TestConformance(t *testing.T) {
	conforms(t, conforming{})
}

// So do two replicas of it on one external etcd.
func TestConformanceOfTwoReplicas(t *testing.T) {
	conforms(t, conforming{replicas: 2, etcd: []string{startEtcd(t)}})
}

func conforms(t *testing.T, c conforming) {
	if testing.Short() {
		t.Skip("the whole suite takes a minute")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	c.listen, c.out = "127.0.0.1:0", io.Discard
	target := c.target()
	end, err := c.open(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	}()
	report, err := conformance.Run(ctx, target, conformance.Options{Patience: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range report.Results {
		if one.Result != conformance.Passed {
			t.Errorf("%s %s/%s: %s (%s)", one.Result, one.Rule, one.Case, one.Detail, one.Text)
		}
	}
}

// startEtcd runs a real etcd for the test and gives its endpoint.
func startEtcd(t *testing.T) string {
	t.Helper()
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		t.Skip(`KUBEBUILDER_ASSETS is not set: it names a folder with etcd. "make unit" sets it`)
	}
	client, peer := "http://"+freeAddr(t), "http://"+freeAddr(t)
	cmd := exec.Command(filepath.Join(assets, "etcd"), "--data-dir", t.TempDir(), "--log-level", "error",
		"--listen-client-urls", client, "--advertise-client-urls", client,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default="+peer)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	gomega.NewWithT(t).Eventually(func() error {
		response, err := http.Get(client + "/health")
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("etcd answers %s", response.Status)
		}
		return nil
	}, time.Minute, 50*time.Millisecond).Should(gomega.Succeed())
	return client
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
