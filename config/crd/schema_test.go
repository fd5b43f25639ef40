package crd_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// foreign are the subtrees whose Go types belong to Kubernetes: their bounds and descriptions are not ours to set.
// The API server's limit on the size of a request bounds them.
var foreign = []string{
	".apiVersion", ".kind", ".metadata", ".spec.lists.selector", ".spec.resources",
}

func isForeign(path string) bool {
	for _, prefix := range foreign {
		if path == prefix || strings.HasPrefix(path, prefix+".") {
			return true
		}
	}
	return false
}

// walk visits every schema of the tree that is ours; items of an array are named [], values of a map {}.
func walk(path string, schema apiextensionsv1.JSONSchemaProps, visit func(path string, schema apiextensionsv1.JSONSchemaProps)) {
	if isForeign(path) {
		return
	}
	visit(path, schema)
	for name, property := range schema.Properties {
		walk(path+"."+name, property, visit)
	}
	if schema.Items != nil {
		walk(path+"[]", *schema.Items.Schema, visit)
	}
	if schema.AdditionalProperties != nil {
		walk(path+"{}", *schema.AdditionalProperties.Schema, visit)
	}
}

func eachSchema(t *testing.T, visit func(t *testing.T, path string, schema apiextensionsv1.JSONSchemaProps)) {
	t.Helper()
	for _, definition := range all(t) {
		t.Run(definition.Spec.Names.Kind, func(t *testing.T) {
			walk("", *definition.Spec.Versions[0].Schema.OpenAPIV3Schema, func(path string, schema apiextensionsv1.JSONSchemaProps) {
				visit(t, path, schema)
			})
		})
	}
}

// An unbounded field makes every CEL rule over it unaffordable, and lets one object fill the store.
func TestEverythingIsBounded(t *testing.T) {
	eachSchema(t, func(t *testing.T, path string, schema apiextensionsv1.JSONSchemaProps) {
		switch {
		case schema.XPreserveUnknownFields != nil:
			t.Errorf("%s preserves unknown fields, so typing errors go unnoticed", path)
		case schema.XIntOrString && schema.Pattern == "":
			t.Errorf("%s is an int or a string without a pattern", path)
		case schema.Type == "string" && schema.MaxLength == nil && schema.Enum == nil && schema.Format != "date-time":
			t.Errorf("%s is a string without maxLength", path)
		case schema.Type == "array" && schema.MaxItems == nil:
			t.Errorf("%s is an array without maxItems", path)
		case schema.Type == "array" && schema.XListType == nil:
			t.Errorf("%s is an array without listType, so server-side apply replaces all of it", path)
		case schema.AdditionalProperties != nil && schema.MaxProperties == nil:
			t.Errorf("%s is a map without maxProperties", path)
		}
	})
}

// explainWidth is the 80 columns of `kubectl explain` without its indent. It breaks longer lines once more, in the middle.
const explainWidth = 76

// `kubectl explain` shows no defaults, so a description says them.
func TestEverythingIsExplained(t *testing.T) {
	eachSchema(t, func(t *testing.T, path string, schema apiextensionsv1.JSONSchemaProps) {
		if schema.Description == "" && !strings.HasSuffix(path, "[]") {
			t.Errorf("%s has no description", path)
		}
		for line := range strings.Lines(schema.Description) {
			condition := strings.HasPrefix(path, ".status.conditions[]") // Kubernetes' own words
			if !condition && utf8.RuneCountInString(strings.TrimSpace(line)) > explainWidth {
				t.Errorf("%s: break the line at %d characters: %q", path, explainWidth, line)
			}
		}
		if schema.Default == nil || schema.Type == "object" {
			return
		}
		value := strings.Trim(string(schema.Default.Raw), `"`)
		if !strings.Contains(strings.Join(strings.Fields(schema.Description), " "), "The default is "+value) {
			t.Errorf("%s has the default %s, and its description does not say so", path, value)
		}
	})
}

// A message that repeats the rule helps nobody: it says what to write instead.
func TestEveryRuleHasAMessage(t *testing.T) {
	eachSchema(t, func(t *testing.T, path string, schema apiextensionsv1.JSONSchemaProps) {
		for _, rule := range schema.XValidations {
			if len(strings.Fields(rule.Message)) < 5 {
				t.Errorf("%s: the rule %q has the message %q: write a sentence that says what to do", path, rule.Rule, rule.Message)
			}
		}
	})
}
