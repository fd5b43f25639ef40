package alerts

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"
)

// monitor is a ServiceMonitor or a PodMonitor, with the fields that are used here: any other one is a mistake, or
// belongs here.
type monitor struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       struct {
		Selector          selector `json:"selector"`
		NamespaceSelector struct {
			Any bool `json:"any"`
		} `json:"namespaceSelector"`
		JobLabel            string     `json:"jobLabel"`
		Endpoints           []endpoint `json:"endpoints"`
		PodMetricsEndpoints []endpoint `json:"podMetricsEndpoints"`
	} `json:"spec"`
}

type selector struct {
	MatchLabels map[string]string `json:"matchLabels"`
}

type endpoint struct {
	Port        string `json:"port"`
	Interval    string `json:"interval"`
	HonorLabels bool   `json:"honorLabels"`
	Relabelings []struct {
		SourceLabels []string `json:"sourceLabels"`
		TargetLabel  string   `json:"targetLabel"`
	} `json:"relabelings"`
}

// workload is what a monitor finds: pods of a Deployment or StatefulSet.
type workload struct {
	Spec struct {
		Template struct {
			Metadata metadata `json:"metadata"`
			Spec     struct {
				Containers []struct {
					Ports []struct {
						Name string `json:"name"`
					} `json:"ports"`
				} `json:"containers"`
			} `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
}

func (w *workload) has(port string) bool {
	for _, c := range w.Spec.Template.Spec.Containers {
		for _, p := range c.Ports {
			if p.Name == port {
				return true
			}
		}
	}
	return false
}

func podsOf(t *testing.T, file string) *workload {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		w := &workload{}
		if err := yaml.Unmarshal(document, w); err == nil && len(w.Spec.Template.Spec.Containers) > 0 {
			return w
		}
	}
	t.Fatalf("%s has no pods", file)
	return nil
}

// within says whether an object with these labels is selected.
func (s selector) within(labels map[string]string) bool {
	for name, value := range s.MatchLabels {
		if labels[name] != value {
			return false
		}
	}
	return len(s.MatchLabels) > 0
}

func TestTheOperatorIsFound(t *testing.T) {
	var m monitor
	strictly(t, filepath.Join(folder, "servicemonitor.yaml"), &m)
	var service struct {
		APIVersion string   `json:"apiVersion"`
		Kind       string   `json:"kind"`
		Metadata   metadata `json:"metadata"`
		Spec       struct {
			Selector map[string]string `json:"selector"`
			Ports    []struct {
				Name       string `json:"name"`
				Port       int    `json:"port"`
				TargetPort string `json:"targetPort"`
			} `json:"ports"`
		} `json:"spec"`
	}
	strictly(t, filepath.Join(folder, "service.yaml"), &service)
	if m.APIVersion != "monitoring.coreos.com/v1" || m.Kind != "ServiceMonitor" || m.Metadata.Namespace != service.Metadata.Namespace ||
		len(m.Spec.Endpoints) != 1 || len(m.Spec.PodMetricsEndpoints) != 0 {
		t.Errorf("no ServiceMonitor: %+v", m)
	}
	if !m.Spec.Selector.within(service.Metadata.Labels) || m.Spec.Endpoints[0].Port != service.Spec.Ports[0].Name {
		t.Errorf("%+v does not find the Service %+v", m.Spec, service)
	}
	if !m.Spec.Endpoints[0].HonorLabels {
		t.Error("the namespace of an object would be the operator's")
	}
	if job := service.Metadata.Labels[m.Spec.JobLabel]; job != "pullmode-operator" {
		t.Errorf("the rules select by job pullmode-operator, and it is %q", job)
	}
	pods := podsOf(t, "../../config/manager/deployment.yaml")
	if !(selector{service.Spec.Selector}).within(pods.Spec.Template.Metadata.Labels) || !pods.has(service.Spec.Ports[0].TargetPort) {
		t.Errorf("the Service %+v does not lead to %+v", service, pods)
	}
}

func TestRuntimesAreFound(t *testing.T) {
	var m monitor
	strictly(t, filepath.Join(folder, "podmonitor.yaml"), &m)
	if m.APIVersion != "monitoring.coreos.com/v1" || m.Kind != "PodMonitor" || len(m.Spec.PodMetricsEndpoints) != 1 || len(m.Spec.Endpoints) != 0 ||
		!m.Spec.NamespaceSelector.Any {
		t.Fatalf("no PodMonitor: %+v", m)
	}
	found := 0
	files, err := filepath.Glob("../../controllers/workload/testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err != nil || !bytes.Contains(text, []byte("containers:")) {
			continue
		}
		pods := podsOf(t, file)
		labels := pods.Spec.Template.Metadata.Labels
		if !m.Spec.Selector.within(labels) || !pods.has(m.Spec.PodMetricsEndpoints[0].Port) || labels[m.Spec.JobLabel] != "pullmode-runtime" {
			t.Errorf("%s: the PodMonitor does not find pods with the labels %v", file, maps.Collect(maps.All(labels)))
		}
		if _, named := labels["app.kubernetes.io/instance"]; !named {
			t.Errorf("%s: the label runtime would be empty", file)
		}
		found++
	}
	if found == 0 {
		t.Error("no pods of a runtime were looked at")
	}
	relabel := m.Spec.PodMetricsEndpoints[0].Relabelings
	if len(relabel) != 1 || relabel[0].TargetLabel != "runtime" || relabel[0].SourceLabels[0] != "__meta_kubernetes_pod_label_app_kubernetes_io_instance" {
		t.Errorf("rules and dashboard ask for the label runtime: %+v", relabel)
	}
}
