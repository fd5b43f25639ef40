package folder

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/compile/keyring"
	"github.com/pullmode/operator/runtime/snapshot"
)

const secretKind = "Secret"

type id struct{ kind, name string }

// entry is an object that is in use.
type entry struct {
	place  Place
	object *unstructured.Unstructured // with its defaults; of a Secret, its metadata alone
	data   map[string][]byte          // of a Secret, as it is: only all objects together tell what is needed of it
}

// take puts everything that can be used into the folder. What cannot be stays as
// it was before, as in a cluster that refuses the change.
func (r *reader) take(ctx context.Context) {
	seen := map[id]Place{}
	for _, f := range r.found {
		key := id{f.object.GetKind(), f.object.GetName()}
		if first, twice := seen[key]; twice && key.name != "" {
			r.problem(f.remark(), "is in %s already: remove one of the two", first)
			continue
		}
		seen[key] = f.place
		e, ok := r.use(ctx, f)
		if !ok {
			if e, ok = r.before[key]; ok {
				r.note(f.remark(), "stays as it was read before, until it is corrected")
			}
		}
		if ok {
			e.place = f.place
			r.folder.entries[key] = e
		}
	}
}

// keepOfBroken keeps what was read before from files that cannot be read now: a
// typing error is not a deletion.
func (r *reader) keepOfBroken() {
	for _, key := range slices.SortedFunc(maps.Keys(r.before), compareIDs) {
		e := r.before[key]
		if _, there := r.folder.entries[key]; there || !r.broken[e.place.File] {
			continue
		}
		r.folder.entries[key] = e
		r.note(Remark{Place: e.place, Kind: key.kind, Name: key.name}, "stays as it was read before, until its file is corrected")
	}
}

func compareIDs(a, b id) int { return strings.Compare(a.kind+"/"+a.name, b.kind+"/"+b.name) }

// use makes an entry of an object; false when the object is wrong, which is then
// among the problems.
func (r *reader) use(ctx context.Context, f found) (entry, bool) {
	if f.object.GetKind() == secretKind {
		return r.useSecret(f)
	}
	o := f.object
	forget(o)
	r.schemas.Default(o)
	key := id{o.GetKind(), o.GetName()}
	before, known := r.before[key]
	errs := r.schemas.Validate(ctx, o, before.object)
	for _, err := range errs {
		at := f.remark()
		if at.Field = err.Field; at.Field == "<nil>" {
			at.Field = ""
		}
		at.Line = f.node.at(at.Field).line()
		r.problem(at, "%s", strings.Replace(err.ErrorBody(), `: "object": `, ": ", 1))
	}
	if len(errs) > 0 {
		return entry{}, false
	}
	o.SetUID(types.UID(strings.ToLower(o.GetKind()) + "/" + o.GetNamespace() + "/" + o.GetName()))
	o.SetGeneration(1)
	if known {
		o.SetGeneration(before.object.GetGeneration())
		if !reflect.DeepEqual(before.object.Object["spec"], o.Object["spec"]) {
			o.SetGeneration(before.object.GetGeneration() + 1)
		}
	}
	return entry{object: o}, true
}

// forget removes what only a cluster sets; `kubectl get -o yaml` writes it.
func forget(o *unstructured.Unstructured) {
	for _, field := range []string{"uid", "generation", "resourceVersion", "creationTimestamp", "deletionTimestamp", "managedFields", "selfLink"} {
		unstructured.RemoveNestedField(o.Object, "metadata", field)
	}
}

// useSecret keeps the values of a Secret. The compiler is given what it needs of
// them, and no problem quotes one.
func (r *reader) useSecret(f found) (entry, bool) {
	var secret corev1.Secret
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(f.object.Object, &secret, true); err != nil {
		r.problem(f.remark(), "cannot be read: %v", err)
		return entry{}, false
	}
	if secret.Name == "" {
		r.problem(f.remark(), "has no metadata.name")
		return entry{}, false
	}
	data := maps.Clone(secret.Data)
	if data == nil {
		data = map[string][]byte{}
	}
	for key, value := range secret.StringData {
		data[key] = []byte(value)
	}
	return entry{data: data}, true
}

// fill hands the entries to the compiler.
func (r *reader) fill() {
	in := &r.folder.Input
	var secrets []id
	for _, key := range slices.SortedFunc(maps.Keys(r.folder.entries), compareIDs) {
		e := r.folder.entries[key]
		var err error
		switch key.kind {
		case snapshot.KindRuntime:
			err = add(&in.Runtimes, e)
		case snapshot.KindMediaRoutingDomain:
			err = add(&in.MediaRoutingDomains, e)
		case snapshot.KindList:
			err = add(&in.Worklists, e)
		case snapshot.KindChannel:
			err = add(&in.Channels, e)
		case snapshot.KindSubscription:
			err = add(&in.AgentSubscriptions, e)
		case secretKind:
			secrets = append(secrets, key)
		default:
			err = fmt.Errorf("the compiler has no place for this kind")
		}
		if err != nil {
			r.problem(Remark{Place: e.place, Kind: key.kind, Name: key.name}, "%v", err)
		}
	}
	in.Keys = make(map[string]compile.SecretKeys, len(secrets))
	needs := compile.Needs(*in)
	for _, key := range secrets {
		in.Keys[key.name] = keyring.Read(r.folder.entries[key].data, needs[key.name])
	}
}

func add[T any](items *[]T, e entry) error {
	var item T
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(e.object.Object, &item); err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	*items = append(*items, item)
	return nil
}
