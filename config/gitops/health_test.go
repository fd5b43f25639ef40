// Package gitops_test asks the tools that people deploy with for the health of
// objects in every phase: kstatus, Argo CD's Lua and Flux's CEL. The objects in
// testdata are what the operator made of YAML: controllers/envtest holds them to
// that.
package gitops_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// health is what each tool says of one object.
type health struct {
	Kstatus status.Status
	ArgoCD  string
	Flux    status.Status
}

var (
	inProgress = health{status.InProgressStatus, "Progressing", status.InProgressStatus}
	current    = health{status.CurrentStatus, "Healthy", status.CurrentStatus}
	failed     = health{status.FailedStatus, "Degraded", status.FailedStatus}

	// Where a tool can say more than kstatus, or less. README.md tells them all.
	suspended   = health{status.InProgressStatus, "Suspended", status.InProgressStatus}
	degraded    = health{status.CurrentStatus, "Degraded", status.InProgressStatus}
	blocked     = health{status.InProgressStatus, "Degraded", status.InProgressStatus}
	terminating = health{status.TerminatingStatus, "Progressing", status.InProgressStatus}
)

const (
	runtime      = "RoutingRuntime"
	domain       = "MediaRoutingDomain"
	worklist     = "Worklist"
	channel      = "Channel"
	subscription = "AgentSubscription"
)

// phases says of every object in testdata what a person would.
var phases = map[string]map[string]health{
	"created":      all(inProgress),                                                                            // the operator has not seen it
	"without-pods": all(inProgress),                                                                            // the runtime starts
	"programmed":   all(current),                                                                               //
	"changed":      all(inProgress),                                                                            // the operator has not seen the new generation
	"pending":      all(inProgress),                                                                            // it has, and the runtime does not serve it yet
	"rejected":     {worklist: inProgress},                                                                     // a newer runtime may take it
	"unreachable":  all(inProgress),                                                                            // nobody knows
	"restarting":   but(all(current), runtime, inProgress),                                                     // what was served is served again
	"stopped":      but(all(inProgress), runtime, suspended),                                                   // replicas: 0
	"unserved":     {domain: inProgress, worklist: inProgress, channel: inProgress, subscription: inProgress},  // no RoutingRuntime
	"waiting":      {runtime: inProgress, worklist: inProgress, channel: inProgress, subscription: inProgress}, // for what it names
	"invalid":      all(failed),                                                                                // only its author can go on
	"in-the-way":   {runtime: inProgress, domain: inProgress, channel: inProgress, subscription: inProgress},   // another object can make room
	"warned":       {worklist: current, subscription: current},                                                 // it works
	"degraded":     {runtime: degraded},                                                                        // it works as it was
	"draining":     {runtime: current, channel: inProgress},                                                    // what goes is looked after, and what named it waits
	"blocked":      {runtime: blocked},                                                                         // the API server refuses its StatefulSet
	"deleting":     all(terminating),                                                                           // a finalizer of somebody else
}

func all(h health) map[string]health {
	return map[string]health{runtime: h, domain: h, worklist: h, channel: h, subscription: h}
}

func but(those map[string]health, kind string, h health) map[string]health {
	those[kind] = h
	return those
}

func TestEveryToolSeesWhatAPersonWould(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		phase := strings.TrimSuffix(filepath.Base(file), ".yaml")
		found = append(found, phase)
		t.Run(phase, func(t *testing.T) {
			got := map[string]health{}
			for _, object := range objects(t, file) {
				computed, err := status.Compute(object)
				if err != nil {
					t.Fatal(err)
				}
				got[object.GetKind()] = health{computed.Status, argoCD(t, object).Status, flux(t, object)}
			}
			if diff := cmp.Diff(phases[phase], got); diff != "" {
				t.Errorf("health (-want +got):\n%s", diff)
			}
		})
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(phases)), found); diff != "" {
		t.Errorf("phases in testdata (-want +got):\n%s", diff)
	}
}

// objects reads a fixture.
func objects(t *testing.T, file string) []*unstructured.Unstructured {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var found []*unstructured.Unstructured
	for _, document := range strings.Split(string(raw), "\n---\n") {
		encoded, err := yaml.YAMLToJSON([]byte(document))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(encoded); err != nil { // as a client reads it: numbers are integers
			t.Fatalf("%s: %v", file, err)
		}
		found = append(found, object)
	}
	return found
}

// README.md has a row for every three words that a person can see next to each other.
func TestREADMETellsWhereToolsDiffer(t *testing.T) {
	raw, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, kinds := range phases {
		for _, h := range kinds {
			want[fmt.Sprintf("%s | %s | %s", h.Kstatus, h.ArgoCD, h.Flux)] = true
		}
	}
	got := map[string]bool{}
	_, table, _ := strings.Cut(string(raw), "| kstatus | Argo CD | Flux |\n|---|---|---|---|\n")
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "| ") {
			break
		}
		_, words, _ := strings.Cut(strings.Trim(line, "| \n"), " | ")
		got[words] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows of README.md (-want +got):\n%s", diff)
	}
}
