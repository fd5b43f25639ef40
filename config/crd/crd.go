// Package crd carries the generated CustomResourceDefinitions in the binary, so that the command line and the tests
// default and validate with the very schema that the API server uses.
package crd

import (
	"embed"
	"fmt"
	"path"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

//go:embed bases/*.yaml
var bases embed.FS

// All returns the CustomResourceDefinition of every kind of the group, in the order of their names. Each call parses
// them anew, so the caller may change what it gets. An error means that the binary was built from a broken file.
func All() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	entries, err := bases.ReadDir("bases")
	if err != nil {
		return nil, fmt.Errorf("read the embedded CRDs: %w", err)
	}
	crds := make([]*apiextensionsv1.CustomResourceDefinition, 0, len(entries))
	for _, entry := range entries {
		raw, err := bases.ReadFile(path.Join("bases", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the embedded CRD %s: %w", entry.Name(), err)
		}
		crd := new(apiextensionsv1.CustomResourceDefinition)
		if err := yaml.UnmarshalStrict(raw, crd); err != nil {
			return nil, fmt.Errorf("parse the embedded CRD %s, run `make generate` and build again: %w", entry.Name(), err)
		}
		crds = append(crds, crd)
	}
	return crds, nil
}
