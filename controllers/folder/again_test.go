package folder_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/controllers/folder"
)

// A folder is read again and again while it is edited. What is wrong for a moment
// changes nothing, as in a cluster that refuses the change.
func TestReadAgain(t *testing.T) {
	before := map[string]string{
		"lists.yaml": list + "---\n" + strings.ReplaceAll(list, "l1", "l2"),
		"key.yaml":   "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {key: first-key-of-the-page}\n",
		"channel.yaml": `apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec: {type: FACEBOOK, serviceIdentifier: "1", listRef: {name: l1}, secretRef: {name: keys}}
`,
	}
	all := []string{"Channel/page", "Secret/keys", "Worklist/l1", "Worklist/l2"}
	for name, tc := range map[string]struct {
		file, text string
		objects    []string
		problems   []string
		notes      []string
		generation int64 // of Worklist l1
		title      string
	}{
		"nothing changed": {objects: all, generation: 1, title: "L1"},
		"a spec changed": {
			file: "lists.yaml", text: strings.Replace(before["lists.yaml"], "L1", "Team 1", 1),
			objects: all, generation: 2, title: "Team 1",
		},
		"a label changed": {
			file: "lists.yaml", text: strings.Replace(before["lists.yaml"], "name: l1", "name: l1\n  labels: {a: b}", 1),
			objects: all, generation: 1, title: "L1",
		},
		"an object was removed": {
			file: "lists.yaml", text: list,
			objects: []string{"Channel/page", "Secret/keys", "Worklist/l1"}, generation: 1, title: "L1",
		},
		"an object became wrong": {
			file: "lists.yaml", text: strings.Replace(before["lists.yaml"], "displayName: L1", "displayName: L1\n  closePolicy: Nobody", 1),
			objects: all, generation: 1, title: "L1",
			problems: []string{
				`lists.yaml:1: Worklist l1: Invalid value: some rules were not checked because of the other errors: correct those first`,
				`lists.yaml:7: Worklist l1: spec.closePolicy: Unsupported value: "Nobody": supported values: "Members", "Subscribers", "Admins"`,
			},
			notes: []string{"lists.yaml:1: Worklist l1: stays as it was read before, until it is corrected"},
		},
		"a document became wrong": {
			file: "lists.yaml", text: list + "---\nkind: {\n",
			objects: all, generation: 1, title: "L1",
			problems: []string{"lists.yaml:8: is not YAML: line 8: did not find expected node content"},
			notes:    []string{"lists.yaml:8: Worklist l2: stays as it was read before, until its file is corrected"},
		},
		"a Secret became wrong": {
			file: "key.yaml", text: "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\ndata: {key: '?'}\n",
			objects: all, generation: 1, title: "L1",
			problems: []string{"key.yaml:1: Secret keys: cannot be read: error decoding from json: illegal base64 data at input byte 0"},
			notes:    []string{"key.yaml:1: Secret keys: stays as it was read before, until it is corrected"},
		},
		"what must not change did": {
			file: "channel.yaml", text: strings.Replace(before["channel.yaml"], "FACEBOOK", "WEB", 1),
			objects: all, generation: 1, title: "L1",
			problems: []string{`channel.yaml:4: Channel page: spec.type: Invalid value: "WEB": type cannot be changed, because open requests count against the type's limits: create a Channel with another name and delete this one`},
			notes:    []string{"channel.yaml:1: Channel page: stays as it was read before, until it is corrected"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			first := read(t, files(before), folder.Options{})
			after := maps.Clone(before)
			if tc.file != "" {
				after[tc.file] = tc.text
			}
			f := read(t, files(after), folder.Options{Previous: first})
			if diff := cmp.Diff(tc.objects, names(f)); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.problems, texts(f.Problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.notes, texts(f.Notes)); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
			l1 := f.Input.Worklists[0]
			if l1.Generation != tc.generation || l1.Spec.DisplayName != tc.title || l1.UID != "worklist/default/l1" {
				t.Errorf("l1 has generation %d, title %q and UID %q, want %d, %q and worklist/default/l1", l1.Generation, l1.Spec.DisplayName, l1.UID, tc.generation, tc.title)
			}
		})
	}
}
