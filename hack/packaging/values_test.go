package packaging_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// A value that is wrong is refused before anything is installed, by its name.
func TestWrongValuesAreRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		set  string
		want string
	}{
		"misspelt":                 {"replica=2", "additional properties 'replica' not allowed"},
		"misspelt inside":          {"watch.namespace={a}", "at '/watch': additional properties 'namespace' not allowed"},
		"a word for a number":      {"replicas=two", "at '/replicas': got string, want integer"},
		"a negative number":        {"replicas=-1", "at '/replicas': minimum: got -1, want 0"},
		"one for a list":           {"watch.namespaces=team-a", "at '/watch/namespaces': got string, want array"},
		"no name of a namespace":   {"watch.namespaces={Team_A}", "at '/watch/namespaces/0': 'Team_A' does not match pattern"},
		"a namespace twice":        {"watch.namespaces={a,a}", "at '/watch/namespaces': items at 0 and 1 are equal"},
		"yes for true":             {"watch.ownNamespace=yes", "at '/watch/ownNamespace': got string, want boolean"},
		"a level that is not one":  {"logLevel=verbose", "at '/logLevel': value must be one of 'debug', 'info', 'warn', 'error'"},
		"a policy in lower case":   {"image.pullPolicy=always", "at '/image/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'"},
		"an image in one":          {"image=example.com/pullmode:v1", "at '/image': got string, want object"},
		"a tag in the repository":  {"image.repository=example.com/pullmode:v1", "write what is behind its last colon into image.tag"},
		"a number for a tag":       {"image.tag=10", "at '/image/tag': got number, want string"},
		"a Secret by its name":     {"imagePullSecrets={registry}", "at '/imagePullSecrets/0': got string, want object"},
		"request for requests":     {"resources.request.cpu=1", "at '/resources': additional properties 'request' not allowed"},
		"antiAffinity":             {"affinity.antiAffinity.x=y", "at '/affinity': additional properties 'antiAffinity' not allowed"},
		"the label of the policy":  {`podLabels.app\.kubernetes\.io/name=mine`, "value must be 'pullmode-operator'"},
		"a label that is a number": {"podLabels.team=1", "at '/podLabels/team': got number, want string"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, "helm", "template", release, chart, "--set", tc.set)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: %v\nwant an error that says: %s", tc.set, err, tc.want)
			}
		})
	}
}

// What people set of pods arrives in the pods.
func TestValuesOfThePod(t *testing.T) {
	pod := deployment(t, template(t, "pullmode-system",
		"imagePullSecrets[0].name=registry",
		"runtimeImage=example.com/runtime:v2",
		"logLevel=debug",
		"resources.limits.memory=1Gi",
		`nodeSelector.kubernetes\.io/arch=amd64`,
		"tolerations[0].key=dedicated", "tolerations[0].operator=Exists",
		"affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey=kubernetes.io/hostname",
		"topologySpreadConstraints[0].maxSkew=2", "topologySpreadConstraints[0].topologyKey=rack", "topologySpreadConstraints[0].whenUnsatisfiable=DoNotSchedule",
		"priorityClassName=system-cluster-critical",
		"podLabels.team=routing",
		"podAnnotations.owner=someone",
		"replicas=3",
	)).Spec.Template
	operator := pod.Spec.Containers[0]
	for what, holds := range map[string]bool{
		"imagePullSecrets":  len(pod.Spec.ImagePullSecrets) == 1 && pod.Spec.ImagePullSecrets[0].Name == "registry",
		"runtimeImage":      operator.Env[1] == corev1.EnvVar{Name: "RUNTIME_IMAGE", Value: "example.com/runtime:v2"},
		"logLevel":          operator.Args[len(operator.Args)-1] == "--log-level=debug",
		"resources":         operator.Resources.Limits.Memory().String() == "1Gi" && operator.Resources.Requests.Cpu().String() == "50m",
		"nodeSelector":      pod.Spec.NodeSelector["kubernetes.io/arch"] == "amd64",
		"tolerations":       len(pod.Spec.Tolerations) == 1 && pod.Spec.Tolerations[0].Key == "dedicated",
		"affinity":          len(pod.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution) == 1,
		"spread, one's own": len(pod.Spec.TopologySpreadConstraints) == 1 && pod.Spec.TopologySpreadConstraints[0].TopologyKey == "rack",
		"priorityClassName": pod.Spec.PriorityClassName == "system-cluster-critical",
		"podLabels":         pod.Labels["team"] == "routing" && pod.Labels["app.kubernetes.io/name"] == "pullmode-operator",
		"podAnnotations":    pod.Annotations["owner"] == "someone",
	} {
		if !holds {
			t.Errorf("%s did not arrive in the pod: %+v", what, pod)
		}
	}
}

// An operator for some namespaces comes with monitors for these alone: another one beside it has its own.
func TestMonitorsLookWhereTheOperatorDoes(t *testing.T) {
	for name, tc := range map[string]struct {
		values []string
		want   map[string]any
	}{
		"all":  {want: map[string]any{"any": true}},
		"some": {[]string{"watch.ownNamespace=true", "watch.namespaces={team-b}"}, map[string]any{"matchNames": []any{"team-a", "team-b"}}},
	} {
		t.Run(name, func(t *testing.T) {
			found := false
			for _, o := range template(t, "team-a", append(tc.values, "metrics.monitors=true", "metrics.labels.release=prometheus")...) {
				switch o.GetKind() {
				case "PodMonitor":
					found = true
					got, _, _ := unstructured.NestedMap(o.Object, "spec", "namespaceSelector")
					if diff := cmp.Diff(tc.want, got); diff != "" {
						t.Errorf("namespaces of the PodMonitor (-want +got):\n%s", diff)
					}
					fallthrough
				case "ServiceMonitor":
					if o.GetLabels()["release"] != "prometheus" {
						t.Errorf("%s has the labels %v, and not the one that was asked for", o.GetKind(), o.GetLabels())
					}
				}
			}
			if !found {
				t.Error("there is no PodMonitor")
			}
		})
	}
}

// The values that the chart comes with pass its own schema, and every one of them is in there.
func TestSchemaKnowsEveryValue(t *testing.T) {
	out, err := run(t, "helm", "show", "values", chart)
	if err != nil {
		t.Fatal(err)
	}
	schema := readSchema(t)
	known(t, "", objects(t, out)[0].Object, schema)
}

func known(t *testing.T, path string, values map[string]any, schema map[string]any) {
	t.Helper()
	properties, _, _ := unstructured.NestedMap(schema, "properties")
	for key, value := range values {
		of, ok := properties[key].(map[string]any)
		if !ok {
			t.Errorf("%s%s is in values.yaml and not in values.schema.json", path, key)
			continue
		}
		inner, isMap := value.(map[string]any)
		if _, typed := of["properties"]; isMap && typed {
			known(t, path+key+".", inner, of)
		}
	}
}
