// Package api_test holds the README to the types: it is what people read before they write YAML.
package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/pullmode/operator/config/crd"
	"github.com/pullmode/operator/config/crd/crdtest"
)

func readme(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// section returns the README's part on a kind.
func section(t *testing.T, kind string) string {
	t.Helper()
	_, rest, found := strings.Cut(readme(t), "\n## "+kind+"\n")
	if !found {
		t.Fatalf("README.md has no section on %s", kind)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

func TestREADMEExplainsEveryReason(t *testing.T) {
	text, found := readme(t), reasons(t)
	if len(found) == 0 {
		t.Fatal("found no reasons in v1alpha1")
	}
	for name, reason := range found {
		if "Reason"+reason != name {
			t.Errorf("%s has the value %s: name it after its value", name, reason)
		}
		if !strings.Contains(text, "\n| `"+reason+"`") && !strings.Contains(text, "`, `"+reason+"`") {
			t.Errorf("README.md does not say what to do about the reason %s", reason)
		}
	}
}

// reasons returns the value of every exported reason of the API, by the constant's name.
func reasons(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("v1alpha1/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			spec, isValue := node.(*ast.ValueSpec)
			if !isValue || !strings.HasPrefix(spec.Names[0].Name, "Reason") {
				return true
			}
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			found[spec.Names[0].Name] = value
			return true
		})
	}
	return found
}

func TestREADMEExplainsEveryField(t *testing.T) {
	crds, err := crd.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, definition := range crds {
		kind := definition.Spec.Names.Kind
		t.Run(kind, func(t *testing.T) {
			text := section(t, kind)
			spec := definition.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
			fields{crdtest.Foreign(t, kind), func(path string, schema apiextensionsv1.JSONSchemaProps) {
				row := "\n| `" + path + "` | "
				_, rest, found := strings.Cut(text, row)
				if !found {
					t.Errorf("no row for the field %s", path)
					return
				}
				said, _, _ := strings.Cut(rest, " | ")
				if schema.Default != nil && said != "`"+strings.Trim(string(schema.Default.Raw), `"`)+"`" {
					t.Errorf("the field %s has the default %s, README.md says %s", path, schema.Default.Raw, said)
				}
			}}.walk("", spec)
		})
	}
}

// fields are those of a kind's spec. Structs of Kubernetes' own are explained elsewhere.
type fields struct {
	foreign map[string]bool
	visit   func(path string, schema apiextensionsv1.JSONSchemaProps)
}

// walk visits the fields that hold a value.
func (f fields) walk(path string, schema apiextensionsv1.JSONSchemaProps) {
	switch {
	case f.foreign[".spec."+path] && strings.HasSuffix(path, "[]"):
	case f.foreign[".spec."+path] || schema.AdditionalProperties != nil:
		f.visit(path, schema)
	case schema.Type == "object":
		for name, property := range schema.Properties {
			f.walk(strings.TrimPrefix(path+"."+name, "."), property)
		}
	case schema.Type == "array" && schema.Items.Schema.Type == "object":
		f.visit(path, schema)
		f.walk(path+"[]", *schema.Items.Schema)
	default:
		f.visit(path, schema)
	}
}
