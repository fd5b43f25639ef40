package folder

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pullmode/operator/api/v1alpha1"
)

// found is an object that is of use here, before anything is said about it.
type found struct {
	object *unstructured.Unstructured
	node   *node
	place  Place
}

func (f found) remark() Remark {
	return Remark{Place: f.place, Kind: f.object.GetKind(), Name: f.object.GetName()}
}

func (r *reader) walk(fsys fs.FS) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		at := Remark{Place: Place{File: name}}
		switch {
		case err != nil && name == ".":
			return fmt.Errorf("read the folder: %w", err)
		case err != nil:
			r.fail(at, "cannot be read: %v", err)
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
		case strings.TrimSuffix(strings.ToLower(d.Name()), path.Ext(d.Name())) == "kustomization":
			r.note(at, "left out: a kustomization is not built here; read the output of `kustomize build` instead")
		case !d.Type().IsRegular() && d.Type()&fs.ModeSymlink == 0: // a pipe would never end
		case path.Ext(name) == ".yaml" || path.Ext(name) == ".yml" || path.Ext(name) == ".json":
			r.file(fsys, name)
		}
		return nil
	})
}

// fail is a problem after which it is not known what else the file has.
func (r *reader) fail(at Remark, format string, args ...any) {
	r.broken[at.File] = true
	r.problem(at, format, args...)
}

func (r *reader) file(fsys fs.FS, name string) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		r.fail(Remark{Place: Place{File: name}}, "cannot be read: %v", err)
		return
	}
	for _, d := range documents(text) {
		at := Remark{Place: Place{File: name, Line: d.line}}
		content, err := d.decode()
		if err != nil {
			at.Line = max(errorLine(err), d.line)
			r.fail(at, "is not YAML: %v", err)
			continue
		}
		if content == nil {
			continue
		}
		fields, ok := content.(map[string]any)
		if !ok {
			r.fail(at, "is no Kubernetes object: it has no apiVersion, kind and metadata")
			continue
		}
		r.sort(name, fields, d.parse())
	}
}

// sort sees what kind of object it is, and takes lists of objects apart.
func (r *reader) sort(file string, fields map[string]any, n *node) {
	f := found{object: &unstructured.Unstructured{Object: fields}, node: n, place: Place{File: file, Line: n.line()}}
	kind := f.object.GroupVersionKind()
	items, isList := fields["items"].([]any)
	switch {
	case f.object.GetAPIVersion() == "" || kind.Kind == "":
		r.fail(f.remark(), "is no Kubernetes object: it needs an apiVersion and a kind")
	case isList && strings.HasSuffix(kind.Kind, "List"):
		for i, item := range items {
			inner := n.at(fmt.Sprintf("items[%d]", i))
			if fields, ok := item.(map[string]any); ok {
				r.sort(file, fields, inner)
				continue
			}
			r.fail(Remark{Place: Place{File: file, Line: inner.line()}}, "is no Kubernetes object: it has no apiVersion, kind and metadata")
		}
	case r.schemas.Knows(kind) || f.object.GetAPIVersion() == "v1" && kind.Kind == secretKind:
		r.found = append(r.found, f)
	case kind.Group == v1alpha1.GroupName:
		r.problem(f.remark(), "%s has no kind %s: %s has %s", f.object.GetAPIVersion(), kind.Kind, v1alpha1.GroupVersion, r.kinds())
	default:
		r.note(f.remark(), "left out: %s is not a kind of %s", kind.Kind, v1alpha1.GroupName)
	}
}

func (r *reader) kinds() string {
	var names []string
	for _, kind := range r.schemas.Kinds() {
		names = append(names, kind.Kind)
	}
	return strings.Join(names, ", ")
}
