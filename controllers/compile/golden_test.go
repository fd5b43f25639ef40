package compile_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/compile/keyring"
	"github.com/pullmode/operator/controllers/schema"
	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/snapshot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// step is one change to the namespace, after which it is compiled.
type step struct {
	// Apply has whole objects. What they leave out is the schema's default, generation 1 and the first minute of 2026.
	Apply []json.RawMessage `json:"apply"`
	// Delete names objects as Kind/name.
	Delete []string `json:"delete"`
	// Open is how many requests the runtime reports open, by list.
	Open map[string]int64 `json:"open"`
	// Refuse has what the runtime says of the present form of an object, by Kind/name.
	Refuse map[string]string `json:"refuse"`
}

// Every testdata/NAME.in.yaml begins with the objects of testdata/world.yaml,
// changes them step by step, and is compiled after each with the snapshot before.
func TestGolden(t *testing.T) {
	schemas, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	var world step
	readYAML(t, "testdata/world.yaml", &world)
	inputs, err := filepath.Glob("testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, in := range inputs {
		t.Run(strings.TrimSuffix(filepath.Base(in), ".in.yaml"), func(t *testing.T) {
			var steps []step
			readYAML(t, in, &steps)
			namespace := namespace{schemas: schemas, objects: map[string]*unstructured.Unstructured{}}
			var result compile.Result
			for _, s := range append([]step{world}, steps...) {
				namespace.change(t, s)
				input := namespace.input(t)
				input.Previous, input.Open = result.Snapshot, s.Open
				if input.Open == nil {
					input.Open = map[string]int64{}
				}
				input.Refused = namespace.refused(t, s)
				result = compile.Compile(input)
				if result.Snapshot != nil {
					if problems := result.Snapshot.Validate(); len(problems) > 0 {
						t.Fatalf("the snapshot does not validate: %v", problems)
					}
				}
			}
			compareGolden(t, strings.Replace(in, ".in.", ".out.", 1), shown(t, result))
		})
	}
}

type namespace struct {
	schemas *schema.Schemas
	objects map[string]*unstructured.Unstructured
}

func (n *namespace) change(t *testing.T, s step) {
	t.Helper()
	for _, id := range s.Delete {
		if n.objects[id] == nil {
			t.Fatalf("there is no %s to delete", id)
		}
		delete(n.objects, id)
	}
	for _, raw := range s.Apply {
		o := &unstructured.Unstructured{}
		if err := utiljson.Unmarshal(raw, &o.Object); err != nil {
			t.Fatal(err)
		}
		if o.GetKind() != "Secret" {
			o.SetAPIVersion(v1alpha1.GroupVersion.String())
		}
		if o.GetGeneration() == 0 {
			o.SetGeneration(1)
		}
		if o.GetUID() == "" {
			o.SetUID(types.UID("uid-" + o.GetName()))
		}
		if o.GetCreationTimestamp().Time.IsZero() {
			o.SetCreationTimestamp(metav1.NewTime(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
		}
		n.schemas.Default(o)
		n.objects[o.GetKind()+"/"+o.GetName()] = o
	}
}

func (n *namespace) refused(t *testing.T, s step) compile.Refused {
	t.Helper()
	refused := compile.Refused{}
	for id, message := range s.Refuse {
		o := n.objects[id]
		if o == nil {
			t.Fatalf("there is no %s to refuse", id)
		}
		refused[compile.Form{Kind: o.GetKind(), Name: o.GetName(), UID: o.GetUID(), Generation: o.GetGeneration()}] = message
	}
	return refused
}

func (n *namespace) input(t *testing.T) compile.Input {
	t.Helper()
	in := compile.Input{Keys: map[string]compile.SecretKeys{}}
	data := map[string]map[string][]byte{}
	for _, o := range n.objects {
		switch o.GetKind() {
		case snapshot.KindRuntime:
			add(t, &in.Runtimes, o)
		case snapshot.KindMediaRoutingDomain:
			add(t, &in.MediaRoutingDomains, o)
		case snapshot.KindList:
			add(t, &in.Worklists, o)
		case snapshot.KindChannel:
			add(t, &in.Channels, o)
		case snapshot.KindSubscription:
			add(t, &in.AgentSubscriptions, o)
		case "Secret":
			var secrets []corev1.Secret
			add(t, &secrets, o)
			data[o.GetName()] = map[string][]byte{}
			for k, v := range secrets[0].StringData {
				data[o.GetName()][k] = []byte(v)
			}
		default:
			t.Fatalf("kind %s has no place here", o.GetKind())
		}
	}
	needs := compile.Needs(in)
	for name, values := range data {
		in.Keys[name] = keyring.Read(values, needs[name])
	}
	return in
}

func add[T any](t *testing.T, items *[]T, o *unstructured.Unstructured) {
	t.Helper()
	var item T
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(o.Object, &item, true); err != nil {
		t.Fatalf("read %s %s: %v", o.GetKind(), o.GetName(), err)
	}
	*items = append(*items, item)
}

// shown writes a result for a reader: one line an entry of the snapshot, one line
// a finding. What is to be said of objects that are simply right is left out.
func shown(t *testing.T, r compile.Result) string {
	t.Helper()
	b := &strings.Builder{}
	line := func(format string, entry any) {
		raw, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(b, format, raw)
	}
	if r.Snapshot == nil {
		b.WriteString("snapshot: null\n")
	} else {
		b.WriteString("snapshot:\n")
		line("  runtime: %s\n", r.Snapshot.Runtime)
		line("  authentication: %s\n", r.Snapshot.Authentication)
		line("  retention: %s\n", r.Snapshot.Retention)
		line("  sessions: %s\n", r.Snapshot.Sessions)
		line("  transferTimeout: %s\n", r.Snapshot.TransferTimeout)
		if r.Snapshot.AllowedOrigins != nil {
			line("  allowedOrigins: %s\n", r.Snapshot.AllowedOrigins)
		}
		if r.Snapshot.RateLimits != (snapshot.RateLimits{}) {
			line("  rateLimits: %s\n", r.Snapshot.RateLimits)
		}
		if r.Snapshot.EventSink != nil {
			line("  eventSink: %s\n", withoutKeys(r.Snapshot.EventSink))
		}
		b.WriteString("  mediaRoutingDomains:\n")
		for _, e := range r.Snapshot.MediaRoutingDomains {
			line("  - %s\n", e)
		}
		b.WriteString("  lists:\n")
		for _, e := range r.Snapshot.Lists {
			line("  - %s\n", e)
		}
		b.WriteString("  channels:\n")
		for _, e := range r.Snapshot.Channels {
			for i, hash := range e.KeyHashes {
				e.KeyHashes[i] = hash[:8] // enough to tell them apart
			}
			e.Outbound = withoutKeys(e.Outbound)
			line("  - %s\n", e)
		}
		b.WriteString("  subscriptions:\n")
		for _, e := range r.Snapshot.Subscriptions {
			line("  - %s\n", e)
		}
	}
	b.WriteString("verdicts:\n")
	finding := func(name string, f compile.Finding) {
		if f.Reason != v1alpha1.ReasonAccepted && f.Reason != v1alpha1.ReasonResolvedRefs {
			fmt.Fprintf(b, "  %s: %q\n", name, fmt.Sprintf("%t, %s: %s", f.OK, f.Reason, f.Message))
		}
	}
	for _, v := range r.Verdicts {
		fmt.Fprintf(b, "- %s: {generation: %d, served: %d}\n", v.Kind+"/"+v.Name, v.Generation, v.ServedGeneration)
		finding("accepted", v.Accepted)
		finding("resolvedRefs", v.ResolvedRefs)
		if v.Refused != "" {
			fmt.Fprintf(b, "  refused: %q\n", v.Refused)
		}
	}
	return b.String()
}

// withoutKeys shows the beginnings of hashes in place of what is signed with.
func withoutKeys(w *snapshot.Webhook) *snapshot.Webhook {
	if w == nil {
		return nil
	}
	shown := &snapshot.Webhook{URL: w.URL}
	for _, key := range w.SigningKeys {
		shown.SigningKeys = append(shown.SigningKeys, auth.HashKey(key)[:8])
	}
	return shown
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; `go test -update` writes it, then read it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(raw, into); err != nil {
		t.Fatalf("read %s: %v", path, err)
	}
}
