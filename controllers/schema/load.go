// Package schema says of a piece of YAML what the API server would say of it:
// it fills in the defaults and validates with the CRDs themselves, through the
// code that the API server runs. So a folder can be checked before it is merged,
// and served where there is no cluster.
package schema

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"
	celconfig "k8s.io/apiserver/pkg/apis/cel"

	"github.com/pullmode/operator/config/crd"
)

// Schemas holds the served versions of every kind of the group. It is safe for
// concurrent use, and its CEL rules are compiled once.
type Schemas struct {
	kinds map[schema.GroupVersionKind]*kind
}

type kind struct {
	structural *structural.Structural
	openAPI    validation.SchemaValidator
	rules      *cel.Validator // nil when the kind has none
	namespaced bool
}

// Load reads the embedded CRDs. An error means that the binary was built wrong.
func Load() (*Schemas, error) {
	definitions, err := crd.All()
	if err != nil {
		return nil, err
	}
	s := &Schemas{kinds: map[schema.GroupVersionKind]*kind{}}
	for _, d := range definitions {
		for _, version := range d.Spec.Versions {
			if !version.Served {
				continue
			}
			k, err := newKind(version.Schema.OpenAPIV3Schema)
			if err != nil {
				return nil, fmt.Errorf("read the schema of %s %s: %w", d.Spec.Names.Kind, version.Name, err)
			}
			k.namespaced = d.Spec.Scope == apiextensionsv1.NamespaceScoped
			s.kinds[schema.GroupVersionKind{Group: d.Spec.Group, Version: version.Name, Kind: d.Spec.Names.Kind}] = k
		}
	}
	return s, nil
}

// Knows tells whether objects of this kind can be checked.
func (s *Schemas) Knows(gvk schema.GroupVersionKind) bool { return s.kinds[gvk] != nil }

func newKind(published *apiextensionsv1.JSONSchemaProps) (*kind, error) {
	var props apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(published, &props, nil); err != nil {
		return nil, err
	}
	tree, err := structural.NewStructural(&props)
	if err != nil {
		return nil, err
	}
	tree = tree.DeepCopy() // it shares its defaults with props until here
	if err := defaulting.PruneDefaults(tree); err != nil {
		return nil, err
	}
	openAPI, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		return nil, err
	}
	return &kind{
		structural: tree,
		openAPI:    openAPI,
		rules:      cel.NewValidator(tree, true, celconfig.PerCallLimit),
	}, nil
}

// Kinds are those that can be checked, in the order of their names.
func (s *Schemas) Kinds() []schema.GroupVersionKind {
	return slices.SortedFunc(maps.Keys(s.kinds), func(a, b schema.GroupVersionKind) int {
		return cmp.Compare(a.Kind+a.Version, b.Kind+b.Version)
	})
}
