package folder_test

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/controllers/schema"
	"github.com/pullmode/operator/runtime/auth"
)

var schemas = func() *schema.Schemas {
	s, err := schema.Load()
	if err != nil {
		panic(err)
	}
	return s
}()

// files makes a folder of texts.
func files(texts map[string]string) fs.FS {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return fsys
}

func read(t *testing.T, fsys fs.FS, options folder.Options) *folder.Folder {
	t.Helper()
	options.Schemas = schemas
	f, err := folder.Read(t.Context(), fsys, options)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// names is what of a folder is in use.
func names(f *folder.Folder) []string {
	var all []string
	for _, o := range f.Input.Runtimes {
		all = append(all, "RoutingRuntime/"+o.Name)
	}
	for _, o := range f.Input.MediaRoutingDomains {
		all = append(all, "MediaRoutingDomain/"+o.Name)
	}
	for _, o := range f.Input.Worklists {
		all = append(all, "Worklist/"+o.Name)
	}
	for _, o := range f.Input.Channels {
		all = append(all, "Channel/"+o.Name)
	}
	for _, o := range f.Input.AgentSubscriptions {
		all = append(all, "AgentSubscription/"+o.Name)
	}
	for name := range f.Input.Keys {
		all = append(all, "Secret/"+name)
	}
	slices.Sort(all)
	return all
}

func texts(remarks []folder.Remark) []string {
	var all []string
	for _, r := range remarks {
		all = append(all, r.String())
	}
	return all
}

const list = `apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata:
  name: l1
spec:
  displayName: L1
`

func TestRead(t *testing.T) {
	for name, tc := range map[string]struct {
		files     map[string]string
		namespace string
		objects   []string
		problems  []string
		notes     []string
	}{
		"nothing": {},
		"files, folders and documents": {
			files: map[string]string{
				"README.md":         "not: [yaml",
				".hidden/list.yaml": list,
				".list.yaml":        list,
				"a.yaml":            "# a comment\n---\n" + list + "---\n\n--- # another\n" + strings.ReplaceAll(list, "l1", "l2"),
				"sub/b.yml":         strings.ReplaceAll(list, "l1", "l3"),
				"sub/c.json":        "{\n\t\"apiVersion\": \"pullmode.io/v1alpha1\", \"kind\": \"Worklist\",\n\t\"metadata\": {\"name\": \"l4\"}, \"spec\": {\"displayName\": \"L4\"}\n}\n",
			},
			objects: []string{"Worklist/l1", "Worklist/l2", "Worklist/l3", "Worklist/l4"},
		},
		"a list of objects": {
			files: map[string]string{"all.yaml": `apiVersion: v1
kind: List
items:
- apiVersion: pullmode.io/v1alpha1
  kind: WorklistList
  items:
  - {apiVersion: pullmode.io/v1alpha1, kind: Worklist, metadata: {name: l1}, spec: {displayName: L1}}
- 7
- apiVersion: pullmode.io/v1alpha1
  kind: Worklist
  metadata: {name: l2}
  spec:
    title: L2
`},
			objects: []string{"Worklist/l1"},
			problems: []string{
				"all.yaml:8: is no Kubernetes object: it has no apiVersion, kind and metadata",
				"all.yaml:9: Worklist l2: Invalid value: some rules were not checked because of the other errors: correct those first",
				"all.yaml:12: Worklist l2: spec.displayName: Required value",
				"all.yaml:13: Worklist l2: spec.title: Forbidden: unknown field: correct its name or its place, or remove it",
			},
		},
		"what is not ours": {
			files: map[string]string{
				"kustomization.yaml": "resources: [list.yaml]",
				"list.yaml":          list,
				"deployment.yaml":    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: issuer}\n",
				"later.yaml":         "apiVersion: pullmode.io/v1\nkind: Worklist\nmetadata: {name: l2}\n",
			},
			objects: []string{"Worklist/l1"},
			problems: []string{
				"later.yaml:1: Worklist l2: pullmode.io/v1 has no kind Worklist: pullmode.io/v1alpha1 has AgentSubscription, Channel, MediaRoutingDomain, RoutingRuntime, Worklist",
			},
			notes: []string{
				"deployment.yaml:1: Deployment issuer: left out: Deployment is not a kind of pullmode.io",
				"kustomization.yaml: left out: a kustomization is not built here; read the output of `kustomize build` instead",
			},
		},
		"what is wrong hides nothing": {
			files: map[string]string{
				"a.yaml": "kind: [\n---\n- 1\n---\nmetadata: {}\n---\n" + list + "---\na: 1\na: 2\n",
				"b.yaml": strings.ReplaceAll(list, "l1", "l2"),
			},
			objects: []string{"Worklist/l1", "Worklist/l2"},
			problems: []string{
				"a.yaml:1: is not YAML: line 1: did not find expected node content",
				"a.yaml:2: is no Kubernetes object: it has no apiVersion, kind and metadata",
				"a.yaml:5: is no Kubernetes object: it needs an apiVersion and a kind",
				"a.yaml:15: is not YAML: line 15: key \"a\" already set in map",
			},
		},
		"every error has its line": {
			files: map[string]string{"channel.yaml": `---
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata:
  name: page.one
spec:
  type: facebook
  serviceIdentifier: "1"
  routingMode: Push
  listRef:
    name: L1
  secretRef: {name: keys}
`},
			problems: []string{
				"channel.yaml:2: Channel page.one: Invalid value: metadata.name becomes part of URLs: use at most 63 lower-case letters, digits and dashes, and no dots",
				"channel.yaml:6: Channel page.one: spec: Invalid value: only Pull channels have a list: remove listRef, or set routingMode to Pull",
				"channel.yaml:7: Channel page.one: spec.type: Invalid value: \"facebook\": spec.type in body should match '^[A-Z][A-Z0-9_]{0,31}$'",
				"channel.yaml:11: Channel page.one: spec.listRef.name: Invalid value: \"L1\": spec.listRef.name in body should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'",
			},
		},
		"one name twice": {
			files:    map[string]string{"a.yaml": list, "b.yaml": "\n" + list},
			objects:  []string{"Worklist/l1"},
			problems: []string{"b.yaml:2: Worklist l1: is in a.yaml:1 already: remove one of the two"},
		},
		"one namespace of several": {
			files: map[string]string{
				"a.yaml": list,
				"b.yaml": strings.ReplaceAll(list, "name: l1", "name: l2\n  namespace: blue"),
				"c.yaml": strings.ReplaceAll(list, "name: l1", "name: l3\n  namespace: green"),
			},
			namespace: "green",
			objects:   []string{"Worklist/l1", "Worklist/l3"},
			notes:     []string{"b.yaml:1: Worklist l2: left out, because it is of namespace blue"},
		},
		"a Secret that cannot be read tells nothing of what is in it": {
			files: map[string]string{"s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\ndata: {key: 'not base64'}\n---\napiVersion: v1\nkind: Secret\nmetadata: {}\n"},
			problems: []string{
				"s.yaml:1: Secret keys: cannot be read: error decoding from json: illegal base64 data at input byte 3",
				"s.yaml:6: Secret: has no metadata.name",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, files(tc.files), folder.Options{Namespace: tc.namespace})
			if diff := cmp.Diff(tc.objects, names(f)); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.problems, texts(f.Problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.notes, texts(f.Notes)); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSeveralNamespaces(t *testing.T) {
	fsys := files(map[string]string{"a.yaml": list, "b.yaml": strings.ReplaceAll(list, "name: l1", "name: l1\n  namespace: blue")})
	_, err := folder.Read(t.Context(), fsys, folder.Options{Schemas: schemas})
	if !errors.Is(err, folder.ErrSeveralNamespaces) || !strings.Contains(err.Error(), "blue and default") {
		t.Errorf("error %v, want %v that names blue and default", err, folder.ErrSeveralNamespaces)
	}
}

func TestFolderThatIsNotThere(t *testing.T) {
	_, err := folder.Read(t.Context(), os.DirFS(t.TempDir()+"/nowhere"), folder.Options{Schemas: schemas})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
}

// The samples that the project ships are right, and serve as they stand.
func TestSamples(t *testing.T) {
	f := read(t, os.DirFS("../../config/samples"), folder.Options{})
	if len(f.Problems) > 0 {
		t.Errorf("problems %v", f.Problems)
	}
	if place, ok := f.Find("Channel", "c2"); !ok || place.File != "channel.yaml" {
		t.Errorf("Channel c2 stands in %q (%t), want channel.yaml", place, ok)
	}
	result := compile.Compile(f.Input)
	for _, v := range result.Verdicts {
		if !v.Accepted.OK || !v.ResolvedRefs.OK || v.ServedGeneration != 1 {
			t.Errorf("%s %s: serves %d, %s %s", v.Kind, v.Name, v.ServedGeneration, v.Accepted.Message, v.ResolvedRefs.Message)
		}
	}
	want := []string{auth.HashKey("sample-key-that-everybody-knows")}
	if diff := cmp.Diff(want, result.Snapshot.Channels[0].KeyHashes); diff != "" {
		t.Errorf("key of the channel (-want +got):\n%s", diff)
	}
}

// The desks are right, too, and nothing about them is a warning.
func TestDesks(t *testing.T) {
	f := read(t, os.DirFS("../../config/desks"), folder.Options{})
	if len(f.Problems) > 0 {
		t.Errorf("problems %v", f.Problems)
	}
	result := compile.Compile(f.Input)
	for _, v := range result.Verdicts {
		if v.Accepted.Reason != "Accepted" || v.ResolvedRefs.Reason != "ResolvedRefs" {
			t.Errorf("%s %s: %s %s", v.Kind, v.Name, v.Accepted.Message, v.ResolvedRefs.Message)
		}
	}
	if len(result.Snapshot.Lists) != 3 {
		t.Errorf("%d lists, want three ways of working", len(result.Snapshot.Lists))
	}
}

// Of a Secret the compiler is given hashes, and as it is only what something is
// signed with; also when the file of the Secret is broken meanwhile.
func TestSigningSecrets(t *testing.T) {
	texts := map[string]string{
		"secret.yaml": `apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {key: key-of-the-connector, signing-key: "secret-of-the-page\nnext-one-of-the-page", sink: secret-of-the-sink, other: of-no-use-to-anybody}
`,
		"objects.yaml": `apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec:
  authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}
  eventSink: {url: "https://audit.example.com", secretRef: {name: keys, key: sink}}
---
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec:
  type: FACEBOOK
  serviceIdentifier: page
  listRef: {name: l1}
  outbound: {url: "https://page.example.com", secretRef: {name: keys}}
  secretRef: {name: keys}
`,
	}
	want := compile.SecretKeys{
		"key":         {Hashes: []string{auth.HashKey("key-of-the-connector")}},
		"signing-key": {Hashes: []string{auth.HashKey("secret-of-the-page"), auth.HashKey("next-one-of-the-page")}, Signing: []string{"secret-of-the-page", "next-one-of-the-page"}},
		"sink":        {Hashes: []string{auth.HashKey("secret-of-the-sink")}, Signing: []string{"secret-of-the-sink"}},
		"other":       {Hashes: []string{auth.HashKey("of-no-use-to-anybody")}},
	}
	first := read(t, files(texts), folder.Options{})
	texts["secret.yaml"] = "kind: {"
	for name, f := range map[string]*folder.Folder{
		"read":                     first,
		"read again, with a break": read(t, files(texts), folder.Options{Previous: first}),
	} {
		if diff := cmp.Diff(want, f.Input.Keys["keys"]); diff != "" {
			t.Errorf("%s: keys (-want +got):\n%s", name, diff)
		}
	}
}

// Others than the folder's own objects may need of a Secret what those do not: what
// they sign with.
func TestKeysForOthers(t *testing.T) {
	f := read(t, files(map[string]string{"secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {sink: secret-of-the-sink}\n"}), folder.Options{})
	if own := f.Input.Keys["keys"]["sink"]; len(own.Hashes) != 1 || len(own.Signing) != 0 {
		t.Errorf("for its own objects: %+v, want a hash alone", own)
	}
	got, ok := f.Keys("keys", compile.Need{Signing: []string{"sink"}})
	want := compile.SecretKeys{"sink": {Hashes: []string{auth.HashKey("secret-of-the-sink")}, Signing: []string{"secret-of-the-sink"}}}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("for others (-want +got):\n%s", diff)
	}
	if _, ok := f.Keys("nowhere", compile.Need{}); ok {
		t.Error("a Secret that is not in the folder was found")
	}
}
