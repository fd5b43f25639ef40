package cel_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/config/crd"
)

// rule is a row for one CEL rule. Patches are merged into the kind's minimal object.
type rule struct {
	// path and message name the rule: where it is in the schema, with [] for the items of an array, and what it says.
	path, message string
	// before makes an object to update. It is given for rules on changes only; the others are held on creation.
	before string
	// accepted patches pass. refused ones are refused by this rule alone, in its words, at its place: one slip, one
	// message.
	accepted, refused []string
	// together has patches that break other rules as well.
	together []string
}

// caused tells whether a cause is this rule's.
func (r rule) caused(cause metav1.StatusCause) bool {
	field := strings.TrimPrefix(strings.ReplaceAll(r.path, "[]", "[0]"), ".")
	if field == "" {
		field = "<nil>" // how the API server spells the object itself
	}
	return cause.Field == field && strings.Contains(cause.Message, r.message)
}

func TestEveryRuleHasARow(t *testing.T) {
	crds, err := crd.All()
	if err != nil {
		t.Fatal(err)
	}
	inSchema := map[string]bool{}
	for _, definition := range crds {
		kind := definition.Spec.Names.Kind
		for _, version := range definition.Spec.Versions {
			eachRule(version.Schema.OpenAPIV3Schema, "", func(path, message string) {
				inSchema[kind+path+": "+message] = true
			})
		}
	}
	inTable := map[string]bool{}
	for kind, tc := range kinds {
		for _, row := range tc.rules {
			name := kind + row.path + ": " + row.message
			if inTable[name] {
				t.Errorf("two rows for %s", name)
			}
			inTable[name] = true
			if len(row.accepted) == 0 || len(row.refused) == 0 {
				t.Errorf("the row for %s needs both sides, accepted and refused", name)
			}
			if !inSchema[name] {
				t.Errorf("a row for a rule that the schema does not have: %s", name)
			}
		}
	}
	for name := range inSchema {
		if !inTable[name] {
			t.Errorf("no row for the rule %s", name)
		}
	}
}

func eachRule(schema *apiextensionsv1.JSONSchemaProps, path string, visit func(path, message string)) {
	for _, rule := range schema.XValidations {
		visit(path, rule.Message)
	}
	for name, property := range schema.Properties {
		eachRule(&property, path+"."+name, visit)
	}
	if schema.Items != nil {
		eachRule(schema.Items.Schema, path+"[]", visit)
	}
	if schema.AdditionalProperties != nil {
		eachRule(schema.AdditionalProperties.Schema, path+"{}", visit)
	}
}

func TestRules(t *testing.T) {
	for kind, tc := range kinds {
		t.Run(kind, func(t *testing.T) {
			namespace := newNamespace(t)
			for i, row := range tc.rules {
				t.Run(fmt.Sprintf("%s %s", row.path, row.message), func(t *testing.T) {
					write := creating(t, namespace, tc.minimal)
					if row.before != "" {
						write = updating(t, namespace, tc.minimal, fmt.Sprintf("metadata: {name: row-%d}", i), row.before)
					}
					for _, patch := range row.accepted {
						if err := write(patch); err != nil {
							t.Errorf("%s\nwant it accepted, got %v", patch, err)
						}
					}
					for _, patch := range row.refused {
						found := causes(t, write(patch))
						if len(found) != 1 || !row.caused(found[0]) {
							t.Errorf("%s\nwant it refused by this rule alone, got %v", patch, found)
						}
					}
					for _, patch := range row.together {
						found := causes(t, write(patch))
						if len(found) < 2 || !slices.ContainsFunc(found, row.caused) {
							t.Errorf("%s\nwant it refused by this rule and others, got %v", patch, found)
						}
					}
				})
			}
		})
	}
}

// creating returns a function that tries to create the minimal object with a patch, and leaves nothing behind.
func creating(t *testing.T, namespace, minimal string) func(patch string) error {
	return func(patch string) error {
		return apiClient.Create(t.Context(), object(t, namespace, minimal, patch), client.DryRunAll, client.FieldValidation("Strict"))
	}
}

// updating creates an object and returns a function that tries to bring it into another form, which it does not keep.
func updating(t *testing.T, namespace string, minimal string, before ...string) func(patch string) error {
	t.Helper()
	stored := object(t, namespace, minimal, before...)
	if err := apiClient.Create(t.Context(), stored, client.FieldValidation("Strict")); err != nil {
		t.Fatal(err)
	}
	return func(patch string) error {
		changed := stored.DeepCopy()
		changed.Object = merge(changed.Object, parse(t, patch))
		return apiClient.Update(t.Context(), changed, client.DryRunAll, client.FieldValidation("Strict"))
	}
}
