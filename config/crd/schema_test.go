package crd_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/pullmode/operator/config/crd/crdtest"
)

// tree is the schema of a kind, without what is not ours.
type tree struct {
	foreign map[string]bool
	visit   func(path string, schema apiextensionsv1.JSONSchemaProps)
}

// walk visits every schema of the tree that is ours; items of an array are named [], values of a map {}. A field of one
// of Kubernetes' types is ours, since we say what it is for; what is in it is not.
func (w tree) walk(path string, schema apiextensionsv1.JSONSchemaProps) {
	foreign := w.foreign[path]
	if foreign && (strings.HasSuffix(path, "[]") || strings.Count(path, ".") == 1) {
		return // no field of ours: an item, or what every object begins with
	}
	w.visit(path, schema)
	if foreign {
		return
	}
	for name, property := range schema.Properties {
		w.walk(path+"."+name, property)
	}
	if schema.Items != nil {
		w.walk(path+"[]", *schema.Items.Schema)
	}
	if schema.AdditionalProperties != nil {
		w.walk(path+"{}", *schema.AdditionalProperties.Schema)
	}
}

func eachSchema(t *testing.T, visit func(t *testing.T, path string, schema apiextensionsv1.JSONSchemaProps)) {
	t.Helper()
	for _, definition := range all(t) {
		kind := definition.Spec.Names.Kind
		t.Run(kind, func(t *testing.T) {
			tree{crdtest.Foreign(t, kind), func(path string, schema apiextensionsv1.JSONSchemaProps) {
				visit(t, path, schema)
			}}.walk("", *definition.Spec.Versions[0].Schema.OpenAPIV3Schema)
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
		if schema.Description == "" && !strings.HasSuffix(path, "[]") && !strings.HasSuffix(path, "{}") {
			t.Errorf("%s has no description", path)
		}
		for line := range strings.Lines(schema.Description) {
			if utf8.RuneCountInString(strings.TrimSpace(line)) > explainWidth {
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
