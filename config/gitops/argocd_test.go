package gitops_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/config/crd"
)

var update = flag.Bool("update", false, "write the golden file anew")

// healthStatus is what Argo CD reads out of the table that a script returns.
type healthStatus struct{ Status, Message string }

// argoCD runs the script as Argo CD does: in the interpreter that it has built in,
// with the libraries that it opens.
func argoCD(t *testing.T, object *unstructured.Unstructured) healthStatus {
	t.Helper()
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	for name, open := range map[string]lua.LGFunction{lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		l.Push(l.NewFunction(open))
		l.Push(lua.LString(name))
		l.Call(1, 0)
	}
	l.SetGlobal("obj", toLua(l, object.Object))
	if err := l.DoFile("argocd/health.lua"); err != nil {
		t.Fatal(err)
	}
	result, ok := l.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("health.lua returns %s, want a table", l.Get(-1).Type())
	}
	return healthStatus{lua.LVAsString(result.RawGetString("status")), lua.LVAsString(result.RawGetString("message"))}
}

func toLua(l *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case map[string]any:
		table := l.NewTable()
		for key, item := range v {
			table.RawSetString(key, toLua(l, item))
		}
		return table
	case []any:
		table := l.NewTable()
		for _, item := range v {
			table.Append(toLua(l, item))
		}
		return table
	case string:
		return lua.LString(v)
	case int64:
		return lua.LNumber(v)
	case bool:
		return lua.LBool(v)
	default:
		return lua.LNil
	}
}

// What Argo CD shows is the sentence that says what to do.
func TestArgoCDShowsWhatToDo(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, file := range files {
		for _, object := range objects(t, file) {
			h := argoCD(t, object)
			fmt.Fprintf(&got, "%s %s %s\n\t%s\n", strings.TrimSuffix(filepath.Base(file), ".yaml"), object.GetKind(), h.Status, h.Message)
		}
	}
	const golden = "testdata/argocd.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("what Argo CD shows (-want +got):\n%s", diff)
	}
}

// The ConfigMap has the script for every kind, and nothing else.
func TestArgoCDConfigMapHasTheScript(t *testing.T) {
	script, err := os.ReadFile("argocd/health.lua")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("argocd/argocd-cm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var configMap struct{ Data map[string]string }
	if err := yaml.Unmarshal(raw, &configMap); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, kind := range kinds(t) {
		want["resource.customizations.health.pullmode.io_"+kind] = string(script)
	}
	if diff := cmp.Diff(want, configMap.Data); diff != "" {
		t.Errorf("argocd-cm.yaml (-want +got):\n%s", diff)
	}
}

// kinds are all that the CRDs define.
func kinds(t *testing.T) []string {
	t.Helper()
	crds, err := crd.All()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range crds {
		names = append(names, c.Spec.Names.Kind)
	}
	return names
}
