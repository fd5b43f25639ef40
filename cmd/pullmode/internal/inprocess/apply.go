package inprocess

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/fstest"

	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/snapshot"
)

// object is one that was applied.
type object map[string]any

func (o object) id() string {
	metadata, _ := o["metadata"].(map[string]any)
	return fmt.Sprint(o["kind"], "/", metadata["name"])
}

// Apply puts YAML into force, as `kubectl apply` and the operator would: what is
// wrong is refused and stays as it was.
func (r *Runtime) Apply(ctx context.Context, text []byte) error {
	docs, err := read(text)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	before := maps.Clone(r.objects)
	for _, o := range docs {
		if o["kind"] == snapshot.KindRuntime {
			o = r.platform(o)
		}
		r.objects[o.id()] = o
	}
	return r.adopt(ctx, before)
}

// Delete deletes the objects that the YAML names.
func (r *Runtime) Delete(ctx context.Context, text []byte) error {
	docs, err := read(text)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range docs {
		delete(r.objects, o.id())
	}
	return r.adopt(ctx, nil)
}

// platform adds to a RoutingRuntime what is not the suite's to say: whose tokens
// count.
func (r *Runtime) platform(o object) object {
	spec, _ := o["spec"].(map[string]any)
	if spec == nil {
		spec = map[string]any{}
	}
	spec = maps.Clone(spec)
	spec["authentication"] = map[string]any{"issuers": []any{map[string]any{
		"url": r.issuer.URL(), "audience": issuer.DefaultAudience, "insecureAllowHTTP": true,
	}}}
	o = maps.Clone(o)
	o["spec"] = spec
	return o
}

func read(text []byte) (docs []object, err error) {
	for _, part := range strings.Split("\n"+string(text), "\n---") {
		var o object
		if err := yaml.UnmarshalStrict([]byte(part), &o); err != nil {
			return nil, fmt.Errorf("read the configuration: %w", err)
		}
		if len(o) > 0 {
			docs = append(docs, o)
		}
	}
	return docs, nil
}

// adopt compiles all objects and programs the replicas. What the API server would
// not take is put back to what it was before.
func (r *Runtime) adopt(ctx context.Context, before map[string]object) error {
	var all bytes.Buffer
	for _, id := range slices.Sorted(maps.Keys(r.objects)) {
		text, err := yaml.Marshal(r.objects[id])
		if err != nil {
			return err
		}
		all.WriteString("---\n")
		all.Write(text)
	}
	files := fstest.MapFS{"conformance.yaml": &fstest.MapFile{Data: all.Bytes()}}
	f, err := folder.Read(ctx, files, folder.Options{Schemas: r.schemas, Previous: r.last})
	if err != nil {
		return err
	}
	r.last = f
	var refused []error
	for _, p := range f.Problems {
		refused = append(refused, errors.New(p.String()))
		id := p.Kind + "/" + p.Name
		if o, was := before[id]; was {
			r.objects[id] = o
		} else {
			delete(r.objects, id)
		}
	}
	return errors.Join(append(refused, r.program(ctx, f.Input))...)
}

func (r *Runtime) program(ctx context.Context, in compile.Input) error {
	first := r.replicas[0]
	in.Previous = first.Snapshot()
	in.Open = compile.OpenRequests(first.Report())
	result := compile.Compile(in)
	if result.Snapshot == nil {
		i := slices.IndexFunc(result.Verdicts, func(v compile.Verdict) bool { return v.Kind == snapshot.KindRuntime })
		if i < 0 {
			return errors.New("there is nothing to serve: there is no RoutingRuntime")
		}
		v := result.Verdicts[i]
		return fmt.Errorf("there is nothing to serve: %s %s", v.Accepted.Message, v.ResolvedRefs.Message)
	}
	refusal, err := first.Program(ctx, *result.Snapshot)
	if err != nil {
		return fmt.Errorf("program the runtime: %w", err)
	}
	if refusal != nil {
		return fmt.Errorf("the runtime refuses what was compiled: %s", refusal.Message)
	}
	return nil
}
