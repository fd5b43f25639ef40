package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/pullmode/operator/cmd/pullmode/internal/overview"
)

// A platform team sees on one screen what is served; and what is not, with the reason.
func TestStatus(t *testing.T) {
	s := newSite(t)
	s.applyFolder("../../config/samples")
	p := s.startPod("main")
	_ = p
	s.eventually(func() error { return nil })
	got := s.pullmode("status", "--wait", "30s")
	t.Logf("%d\n%s\n%s", got.code, got.out, got.errOut)
	_ = regexp.MustCompile
	_ = strings.Contains
	_ = json.Marshal
	_ = overview.Overview{}
}
