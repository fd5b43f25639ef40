package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/conformance"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// The runtime in this process keeps every rule, and no case is skipped.
func TestConformance(t *testing.T) {
	conforms(t, conforming{}, conformance.Options{})
}

// What it tells its agents is the same over a WebSocket: the rules of notifications
// and of recovery.
func TestConformanceOverWebSocket(t *testing.T) {
	o := conformance.Options{Binding: client.WebSocket}
	for _, c := range conformance.Cases() {
		if strings.HasPrefix(c.Rule, "N") || strings.HasPrefix(c.Rule, "R") {
			o.Only = append(o.Only, c.ID())
		}
	}
	conforms(t, conforming{}, o)
}

// So do two replicas of it on one external etcd.
func TestConformanceOfTwoReplicas(t *testing.T) {
	conforms(t, conforming{replicas: 2, etcd: etcdtest.Start(t, 1).Endpoints()}, conformance.Options{})
}

func conforms(t *testing.T, c conforming, o conformance.Options) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	c.listen, c.out = "127.0.0.1:0", io.Discard
	o.Patience = time.Minute
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
	report, err := conformance.Run(ctx, target, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range report.Results {
		if one.Result != conformance.Passed {
			t.Errorf("%s %s/%s: %s (%s)", one.Result, one.Rule, one.Case, one.Detail, one.Text)
		}
	}
}
