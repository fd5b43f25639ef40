// Package overview says on one screen how the routing of a namespace is: what runs,
// what it serves, what is open, and what is not as it should be.
package overview

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/workload"
)

// Overview is of one namespace.
type Overview struct {
	Namespace string `json:"namespace"`
	// Ready says that every object is.
	Ready bool `json:"ready"`
	// Runtime is nil where there is none that serves.
	Runtime  *Runtime  `json:"runtime,omitempty"`
	Replicas []Replica `json:"replicas,omitempty"`
	Lists    []List    `json:"lists,omitempty"`
	// Objects is how many there are, and ReadyObjects how many of them are ready.
	Objects      int `json:"objects"`
	ReadyObjects int `json:"readyObjects"`
	// NotReady and Remarks tell of conditions; remarks keep nothing from being served.
	NotReady []Finding `json:"notReady,omitempty"`
	Remarks  []Finding `json:"remarks,omitempty"`
	// Notes say what could not be read, and what is missing here for it.
	Notes []string `json:"notes,omitempty"`

	at time.Time
}

// Runtime is what serves the namespace.
type Runtime struct {
	Name            string `json:"name"`
	Image           string `json:"image,omitempty"`
	Version         string `json:"version,omitempty"`
	Storage         string `json:"storage"`
	Address         string `json:"address,omitempty"`
	ExternalAddress string `json:"externalAddress,omitempty"`
	// Sequence and Digest are of the snapshot that it has stored last.
	Sequence     int64  `json:"sequence,omitempty"`
	Digest       string `json:"digest,omitempty"`
	Replicas     int32  `json:"replicas"`
	OpenRequests *int64 `json:"openRequests,omitempty"`
	Ready        bool   `json:"ready"`
}

// Serving is what a replica serves, beside what was stored last.
type Serving string

// What a replica can serve.
const (
	Current Serving = "current"
	Behind  Serving = "behind"
	Nothing Serving = "nothing"
)

// Replica is one pod of the runtime.
type Replica struct {
	Name     string  `json:"name"`
	Ready    bool    `json:"ready"`
	Serves   Serving `json:"serves"`
	Sequence int64   `json:"sequence,omitempty"`
	Digest   string  `json:"digest,omitempty"`
	// Version, Agents and StartedAt are what the replica itself said; missing where it
	// was not asked.
	Version   string     `json:"version,omitempty"`
	Agents    *int       `json:"agents,omitempty"`
	StartedAt *time.Time `json:"startedAt,omitempty"`
	// Restarts is how often its container began again.
	Restarts int32  `json:"restarts,omitempty"`
	Message  string `json:"message,omitempty"`
}

// Options say what an overview is made of.
type Options struct {
	// Name is of the RoutingRuntime; empty for the one that serves.
	Name string
	Now  time.Time
}

// Of makes the overview of a namespace, from the statuses of its objects and, where
// that is allowed, from what the replicas say themselves.
func Of(ctx context.Context, a *cluster.Access, objects *cluster.Objects, o Options) (*Overview, error) {
	v := &Overview{Namespace: a.Namespace, at: o.Now}
	v.judge(objects)
	rt := compile.Elected(objects.Runtimes)
	if o.Name != "" {
		i := slices.IndexFunc(objects.Runtimes, func(rt v1alpha1.RoutingRuntime) bool { return rt.Name == o.Name })
		if i < 0 {
			_, err := a.Runtime(ctx, o.Name)
			return nil, err
		}
		rt = &objects.Runtimes[i]
	}
	if rt == nil {
		v.lists(objects, nil, nil)
		return v, nil
	}
	v.Runtime = ofRuntime(rt)
	readings := v.ask(ctx, a, rt)
	pods := v.pods(ctx, a, rt)
	v.silent(readings, pods)
	v.replicas(rt, readings, pods)
	v.lists(objects, rt, readings)
	return v, nil
}

// ask reads what replicas say of themselves; nil where that may not be asked.
func (v *Overview) ask(ctx context.Context, a *cluster.Access, rt *v1alpha1.RoutingRuntime) []program.Reading {
	if rt.Spec.Replicas != nil && *rt.Spec.Replicas == 0 {
		return nil // there is nobody to ask, and the runtime's own line says so
	}
	admin, err := a.Admin(ctx, rt)
	if err != nil {
		v.note("live figures are missing", err)
		return nil
	}
	defer admin.Close()
	return admin.Read(ctx)
}

// silent tells of replicas that run and do not say anything of themselves.
func (v *Overview) silent(readings []program.Reading, pods map[string]*corev1.Pod) {
	for _, r := range readings {
		pod := pods[r.Name]
		if r.Err == nil || pod != nil && standing(pod) != "" {
			continue // its row says why
		}
		why := r.Err
		if p := new(cluster.Problem); !errors.As(why, &p) {
			why = &cluster.Problem{What: "it " + r.Silence()}
		}
		v.note("live figures of "+r.Name+" are missing", why)
	}
}

func (v *Overview) note(what string, err error) {
	why := err.Error()
	var p *cluster.Problem
	if errors.As(err, &p) {
		why = p.What
	}
	v.Notes = append(v.Notes, fmt.Sprintf("%s: %s", what, why))
}

// pods reads the pods for their images and restarts. Who may view a namespace may
// view them; without them an overview is poorer by that.
func (v *Overview) pods(ctx context.Context, a *cluster.Access, rt *v1alpha1.RoutingRuntime) map[string]*corev1.Pod {
	var all corev1.PodList
	err := a.Kube.List(ctx, &all, client.InNamespace(rt.Namespace),
		client.MatchingLabels{workload.LabelName: workload.RuntimeName, workload.LabelInstance: rt.Name})
	if err != nil {
		if cluster.IsForbidden(err) {
			err = &cluster.Problem{What: "you may not list pods in namespace " + a.Namespace}
		}
		v.note("images and restarts are missing", err)
		return nil
	}
	pods := make(map[string]*corev1.Pod, len(all.Items))
	for i := range all.Items {
		pods[all.Items[i].Name] = &all.Items[i]
	}
	return pods
}

func ofRuntime(rt *v1alpha1.RoutingRuntime) *Runtime {
	r := &Runtime{
		Name: rt.Name, Image: rt.Spec.Image, Storage: storage(rt),
		Address: rt.Status.Address, ExternalAddress: rt.Status.ExternalAddress,
		Replicas: 1, OpenRequests: rt.Status.OpenRequests,
		Ready: ready(rt.Generation, &rt.Status.ObjectStatus),
	}
	if rt.Spec.Replicas != nil {
		r.Replicas = *rt.Spec.Replicas
	}
	if s := rt.Status.Snapshot; s != nil {
		r.Sequence, r.Digest = s.Sequence, s.Digest
	}
	return r
}

func storage(rt *v1alpha1.RoutingRuntime) string {
	if e := rt.Spec.Storage.Etcd; e != nil {
		return "etcd " + strings.Join(e.Endpoints, ", ")
	}
	e := rt.Spec.Storage.Embedded
	if e == nil {
		return "embedded"
	}
	text := "embedded, " + e.Size.String()
	if e.StorageClassName != nil {
		text += " of " + *e.StorageClassName
	}
	return text
}

// replicas joins what the status says with what the replicas said just now, which is
// newer.
func (v *Overview) replicas(rt *v1alpha1.RoutingRuntime, readings []program.Reading, pods map[string]*corev1.Pod) {
	by := map[string]*Replica{}
	at := func(name string) *Replica {
		if by[name] == nil {
			by[name] = &Replica{Name: name}
		}
		return by[name]
	}
	for _, s := range rt.Status.Replicas {
		r := at(s.Name)
		r.Ready, r.Digest, r.Sequence, r.Message = s.Ready, s.Digest, s.Sequence, s.Message
	}
	if newest := program.Newest(readings); newest != nil && newest.Report.Sequence > v.Runtime.Sequence {
		v.Runtime.Sequence, v.Runtime.Digest = newest.Report.Sequence, newest.Report.Digest
	}
	for _, reading := range readings {
		r := at(reading.Name)
		r.Ready = reading.Ready
		if report := reading.Report; report != nil {
			r.Digest, r.Sequence, r.Version, r.Agents = report.Digest, report.Sequence, report.Version, &report.Agents
			if !report.StartedAt.IsZero() {
				r.StartedAt = &report.StartedAt
			}
			v.Runtime.Version = cmp.Or(v.Runtime.Version, report.Version)
		}
	}
	for name, pod := range pods {
		r := at(name)
		if len(pod.Spec.Containers) > 0 {
			v.Runtime.Image = cmp.Or(v.Runtime.Image, pod.Spec.Containers[0].Image)
		}
		if len(pod.Status.ContainerStatuses) > 0 {
			r.Restarts = pod.Status.ContainerStatuses[0].RestartCount
		}
		if why := standing(pod); why != "" && !r.Ready {
			r.Message = why
		}
	}
	for _, r := range by {
		switch {
		case r.Digest == "":
			r.Serves = Nothing
		case r.Digest == v.Runtime.Digest:
			r.Serves = Current
		default:
			r.Serves = Behind
		}
		v.Replicas = append(v.Replicas, *r)
	}
	slices.SortFunc(v.Replicas, func(a, b Replica) int { return cmp.Compare(a.Name, b.Name) })
}
