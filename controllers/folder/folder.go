// Package folder reads a folder of YAML as the API server and kubectl would take
// it: defaulted and validated with the CRDs, one problem beside the other, each
// with its file and line. What it gives is what the compiler takes, so that
// `pullmode compile` and `pullmode serve` need no cluster.
//
// It reads once. Who watches the folder reads it again and hands over what was
// read before: then an object that has become wrong stays as it was, as it would
// in a cluster that refuses the change.
package folder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/compile/keyring"
	"github.com/pullmode/operator/controllers/schema"
)

// Options says how a folder is read.
type Options struct {
	// Schemas are needed.
	Schemas *schema.Schemas
	// Namespace picks the objects of one namespace, and is where those belong that
	// name none, as with `kubectl -n`. When it is empty, all objects have to be of one
	// namespace, and those that name none are of "default".
	Namespace string
	// Previous is what was read before; nil the first time.
	Previous *Folder
}

// Folder is what was read.
type Folder struct {
	// Namespace is that of all objects.
	Namespace string
	// Input is for the compiler. Its Previous and Open are the caller's to fill in.
	Input compile.Input
	// Problems are what a cluster would refuse: by file and line.
	Problems []Remark
	// Notes are what was left out, or stays as it was, and why: by file and line.
	Notes []Remark

	entries map[id]entry
}

// Place is where something stands.
type Place struct {
	// File is the path inside the folder.
	File string
	// Line counts from 1; 0 when it is not known.
	Line int
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Remark is a problem or a note. Kind, Name and Field are empty where the remark
// is about a file, or an object, as a whole.
type Remark struct {
	Place
	Kind, Name string
	// Field is the path of the field, such as spec.listRef.name.
	Field   string
	Message string
}

func (r Remark) String() string {
	parts := []string{r.Place.String()}
	if r.Kind != "" {
		parts = append(parts, strings.TrimSpace(r.Kind+" "+r.Name))
	}
	if r.Field != "" {
		parts = append(parts, r.Field)
	}
	return strings.Join(append(parts, r.Message), ": ")
}

// ErrSeveralNamespaces is what Read fails with when it cannot know which of the
// objects belong together.
var ErrSeveralNamespaces = errors.New("the folder has objects of several namespaces")

// Read reads every *.yaml, *.yml and *.json of a folder and its subfolders. Names
// that begin with a dot are not looked at. A file, a document or an object that is
// wrong becomes a problem and hides no other one; an error means that the folder
// cannot be read at all, or ErrSeveralNamespaces.
func Read(ctx context.Context, fsys fs.FS, options Options) (*Folder, error) {
	r := &reader{
		schemas: options.Schemas,
		before:  map[id]entry{},
		folder:  &Folder{Namespace: options.Namespace, entries: map[id]entry{}},
		broken:  map[string]bool{},
	}
	if err := r.walk(fsys); err != nil {
		return nil, err
	}
	if err := r.settleNamespace(); err != nil {
		return nil, err
	}
	if last := options.Previous; last != nil && last.Namespace == r.folder.Namespace {
		r.before = last.entries
	}
	r.take(ctx)
	r.keepOfBroken()
	r.fill()
	r.order()
	return r.folder, nil
}

// Find tells where an object stands; false when it was not read.
func (f *Folder) Find(kind, name string) (Place, bool) {
	e, ok := f.entries[id{kind, name}]
	return e.place, ok
}

// Keys reads a Secret of the folder for what others than the folder's own objects
// need of it; false when it has none of that name.
func (f *Folder) Keys(name string, need compile.Need) (compile.SecretKeys, bool) {
	e, ok := f.entries[id{secretKind, name}]
	if !ok {
		return nil, false
	}
	return keyring.Read(e.data, need), true
}

// reader is one reading of a folder.
type reader struct {
	schemas *schema.Schemas
	before  map[id]entry
	folder  *Folder
	found   []found
	// broken has the files of which not everything could be read.
	broken map[string]bool
}

func (r *reader) problem(at Remark, format string, args ...any) {
	at.Message = fmt.Sprintf(format, args...)
	r.folder.Problems = append(r.folder.Problems, at)
}

func (r *reader) note(at Remark, format string, args ...any) {
	at.Message = fmt.Sprintf(format, args...)
	r.folder.Notes = append(r.folder.Notes, at)
}

// settleNamespace finds the one namespace of what was found, and leaves out what
// is of another one.
func (r *reader) settleNamespace() error {
	if r.folder.Namespace == "" {
		names := map[string]bool{}
		for _, f := range r.found {
			names[cmp.Or(f.object.GetNamespace(), "default")] = true
		}
		if len(names) > 1 {
			return fmt.Errorf("%w, %s: choose one of them with --namespace", ErrSeveralNamespaces, strings.Join(slices.Sorted(maps.Keys(names)), " and "))
		}
		r.folder.Namespace = "default"
		for name := range names {
			r.folder.Namespace = name
		}
	}
	r.found = slices.DeleteFunc(r.found, func(f found) bool {
		other := f.object.GetNamespace()
		if other == "" {
			f.object.SetNamespace(r.folder.Namespace)
			return false
		}
		if other != r.folder.Namespace {
			r.note(f.remark(), "left out, because it is of namespace %s", other)
			return true
		}
		return false
	})
	return nil
}

func (r *reader) order() {
	byPlace := func(a, b Remark) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	}
	slices.SortStableFunc(r.folder.Problems, byPlace)
	slices.SortStableFunc(r.folder.Notes, byPlace)
}
