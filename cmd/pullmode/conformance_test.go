package main

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/conformance"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// The runtime in this process keeps every rule, and no case is skipped.
func TestConformance(t *testing.T) {
	conforms(t, conforming{})
}

// So do two replicas of it on one external etcd.
func TestConformanceOfTwoReplicas(t *testing.T) {
	conforms(t, conforming{replicas: 2, etcd: etcdtest.Start(t, 1).Endpoints()})
}

func conforms(t *testing.T, c conforming) {
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
