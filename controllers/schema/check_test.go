package schema_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/controllers/schema"
)

func load(t *testing.T) *schema.Schemas {
	t.Helper()
	s, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	raw, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	o := &unstructured.Unstructured{}
	if err := utiljson.Unmarshal(raw, &o.Object); err != nil {
		t.Fatal(err)
	}
	o.SetAPIVersion("pullmode.io/v1alpha1")
	return o
}

const list = `{kind: Worklist, metadata: {name: l1, namespace: default}, spec: {displayName: L1}}`

const channel = `{kind: Channel, metadata: {name: page, namespace: default},
  spec: {type: FACEBOOK, serviceIdentifier: "1", listRef: {name: l1}, secretRef: {name: keys}}}`

func TestDefault(t *testing.T) {
	o := object(t, `{kind: Worklist, metadata: {name: l1}, spec: {displayName: L1, attention: {soonAfter: 1m}, autoCloseAfter: null}, status: {observedGeneration: 7}}`)
	load(t).Default(o)
	want := map[string]any{
		"spec": map[string]any{
			"displayName": "L1", "closePolicy": "Members", "autoCloseAfter": "24h",
			"joinPolicy": "Collaboration", "reopenPolicy": "NewRequest", "capacityPolicy": "Ignore",
			"realertPolicy": "Never", "realertAfter": "1m", "deletionPolicy": map[string]any{"type": "Drain"},
			"attention": map[string]any{"soonAfter": "1m", "overdueAfter": "5m"},
		},
		"status": map[string]any{"observedGeneration": int64(-1)},
	}
	got := map[string]any{"spec": o.Object["spec"], "status": o.Object["status"]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaulted (-want +got):\n%s", diff)
	}
}

func TestValidate(t *testing.T) {
	schemas := load(t)
	for name, tc := range map[string]struct {
		object, old string
		want        []string // the beginning of each error
	}{
		"a list":                        {object: list},
		"a channel":                     {object: channel},
		"a channel that did not change": {object: channel, old: channel},
		"fields at their bounds": {
			object: `{kind: Worklist, metadata: {name: l1, namespace: default}, spec: {displayName: L1, joinPolicy: Grab, responseTime: 720h,
  wrapUp: {reasons: [{name: sale}], defaultReason: sale, timeout: 1h}, deletionPolicy: {type: Transfer, transferTo: l2}}}`,
		},
		"a list that would move to itself": {
			object: `{kind: Worklist, metadata: {name: l1, namespace: default}, spec: {displayName: L1, deletionPolicy: {type: Transfer, transferTo: l1}}}`,
			want:   []string{"<nil>: Invalid value: a list that is deleted cannot take its own requests"},
		},
		"a webhook without TLS": {
			object: strings.Replace(channel, "secretRef:", "outbound: {url: 'http://a.example', secretRef: {name: s}}, secretRef:", 1),
			want:   []string{"spec.outbound: Invalid value: whoever is on the way could read what is posted"},
		},
		"unknown kind": {
			object: `{kind: Liste, metadata: {name: l1}}`,
			want:   []string{`kind: Invalid value: "Liste": there is no such kind in pullmode.io/v1alpha1`},
		},
		"unknown field, the rest is checked all the same": {
			object: `{kind: Worklist, metadata: {name: l1, namespace: default, lables: {}}, spec: {displayname: L1, displayName: L1, attention: {soon: 1m, soonAfter: 9m}}}`,
			want: []string{
				"metadata.lables: Forbidden: unknown field",
				"spec.attention.soon: Forbidden: unknown field",
				"spec.displayname: Forbidden: unknown field",
				"spec: Invalid value: a request is due soon before it is overdue",
			},
		},
		"a required field, so rules wait": {
			object: `{kind: Worklist, metadata: {name: l1, namespace: default}, spec: {attention: {soonAfter: 9m}}}`,
			want:   []string{"spec.displayName: Required value", "<nil>: Invalid value: some rules were not checked"},
		},
		"a wrong type": {
			object: `{kind: Worklist, metadata: {name: l1, namespace: default}, spec: {displayName: 7}}`,
			want:   []string{"spec.displayName: Invalid value: \"integer\": spec.displayName in body must be of type string", "<nil>: Invalid value: some rules"},
		},
		"a name that the API server refuses": {
			object: `{kind: Worklist, metadata: {name: Team_L1, namespace: default}, spec: {displayName: L1}}`,
			want:   []string{"metadata.name: Invalid value: \"Team_L1\": a lowercase RFC 1123 subdomain"},
		},
		"a name with dots": {
			object: `{kind: Worklist, metadata: {name: l.1, namespace: default}, spec: {displayName: L1}}`,
			want:   []string{"<nil>: Invalid value: metadata.name becomes part of identifiers"},
		},
		"no metadata": {
			object: `{kind: Worklist, spec: {displayName: L1}}`,
			want:   []string{"metadata: Required value", "<nil>: Invalid value: some rules"},
		},
		"metadata that cannot be read": {
			object: `{kind: Worklist, metadata: {name: 7}, spec: {displayName: L1}}`,
			want:   []string{"metadata: Invalid value: json: cannot unmarshal number", "<nil>: Invalid value: some rules"},
		},
		"twice in a set": {
			object: `{kind: MediaRoutingDomain, metadata: {name: m, namespace: default}, spec: {displayName: Social, maxRequests: 1, channelTypes: [WEB, WEB]}}`,
			want:   []string{`spec.channelTypes[1]: Duplicate value: "WEB"`},
		},
		"a change that is not allowed": {
			object: strings.Replace(channel, "FACEBOOK", "WEB", 1), old: channel,
			want: []string{`spec.type: Invalid value: "WEB": type cannot be changed`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := object(t, tc.object)
			schemas.Default(o)
			var old *unstructured.Unstructured
			if tc.old != "" {
				old = object(t, tc.old)
				schemas.Default(old)
			}
			before := o.DeepCopy()
			errs := schemas.Validate(t.Context(), o, old)
			var got []string
			for _, err := range errs {
				got = append(got, strings.Replace(err.Error(), `Invalid value: "object": `, "Invalid value: ", 1))
			}
			if !slices.EqualFunc(tc.want, got, func(want, got string) bool { return strings.HasPrefix(got, want) }) {
				t.Errorf("errors\nwant %s\ngot  %s", strings.Join(tc.want, "\n     "), strings.Join(got, "\n     "))
			}
			if diff := cmp.Diff(before, o); diff != "" {
				t.Errorf("the object was changed (-before +after):\n%s", diff)
			}
		})
	}
}
