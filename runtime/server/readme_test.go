package server

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/protocol"
)

// The tables of the README have every problem with its status, every event, and
// nothing else.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := func(pattern string) []string {
		var got []string
		for _, match := range regexp.MustCompile(`(?m)^\| `+pattern).FindAllStringSubmatch(string(text), -1) {
			got = append(got, strings.Join(match[1:], " "))
		}
		slices.Sort(got)
		return got
	}
	var problems []string
	for kind, k := range kinds {
		problems = append(problems, fmt.Sprint(strings.TrimPrefix(string(kind), "https://pullmode.io/problems/"), " ", k.status))
	}
	slices.Sort(problems)
	if diff := cmp.Diff(problems, rows("`([a-z-]+)` \\| (\\d+) \\|")); diff != "" {
		t.Errorf("problems: %s", diff)
	}
	var events []string
	for _, kind := range slices.Sorted(maps.Keys(eventTypes)) {
		events = append(events, string(kind))
	}
	if diff := cmp.Diff(events, rows("`([a-zA-Z.]+)` \\| [^\\d]")); diff != "" {
		t.Errorf("events: %s", diff)
	}
}

// Every problem that is named anywhere has a status and a title.
func TestEveryProblemIsKnown(t *testing.T) {
	named := slices.Collect(maps.Values(ofReason))
	named = append(named, slices.Collect(maps.Values(ofStatus))...)
	for _, of := range always {
		named = append(named, of...)
	}
	for _, kind := range append(named, protocol.ProblemDraining) {
		if k := kinds[kind]; k.status == 0 || k.title == "" {
			t.Errorf("%s has no status or title", kind)
		}
	}
}

// The README has every close code, in order, and nothing else.
func TestCloseCodesInTheREADME(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, match := range regexp.MustCompile(`(?m)^\| (4\d\d\d) \|`).FindAllStringSubmatch(string(text), -1) {
		got = append(got, match[1])
	}
	var want []string
	for _, code := range []protocol.CloseCode{
		protocol.CloseDraining, protocol.CloseTokenExpired, protocol.CloseSlow, protocol.CloseSilent, protocol.CloseUnavailable,
		protocol.CloseReplaced, protocol.CloseTokenRefused, protocol.CloseOtherAgent, protocol.CloseMalformed,
	} {
		want = append(want, fmt.Sprint(int(code)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
