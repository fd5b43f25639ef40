package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/workload"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Admin speaks to the admin ports of a runtime's replicas. Who may read the Secret
// with the runtime's client certificate may do what the operator may.
type Admin struct {
	// Replicas are those that there were when it was opened, by name.
	Replicas []program.Target

	access   *Access
	runtime  string
	direct   *program.Client // nil where only port-forwards are wanted
	relayed  *program.Client // through port-forwards; nil where Dial is given
	forwards *forwards

	mu   sync.Mutex
	ways map[string]*program.Client // by address: what was found to work
}

// Admin opens the admin ports of a runtime. It fails with a *Problem that says what
// is missing: the right to read the Secret, the Secret, or replicas.
func (a *Access) Admin(ctx context.Context, rt *v1alpha1.RoutingRuntime) (*Admin, error) {
	secret, err := a.credentials(ctx, rt.Name)
	if err != nil {
		return nil, err
	}
	m := &Admin{access: a, runtime: rt.Name, ways: map[string]*program.Client{}}
	if err := m.Refresh(ctx); err != nil {
		return nil, err
	}
	if len(m.Replicas) == 0 {
		return nil, a.noReplicas(rt)
	}
	credentials := program.Credentials{
		Authorities: secret.Data["ca.crt"],
		Certificate: secret.Data[corev1.TLSCertKey],
		Key:         secret.Data[corev1.TLSPrivateKeyKey],
		ServerName:  workload.AdminServerName(rt.Name),
	}
	unusable := func(err error) error {
		return &Problem{What: fmt.Sprintf("Secret %s cannot be used: %v", secret.Name, err), Next: "delete it, and the operator makes a new one"}
	}
	if a.Dial != nil || !a.ForwardOnly {
		dial := a.Dial
		if dial == nil {
			dial = promptly
		}
		if m.direct, err = program.NewClient(credentials, dial); err != nil {
			return nil, unusable(err)
		}
	}
	if a.Dial == nil {
		m.forwards = newForwards(a, m.podAt)
		if m.relayed, err = program.NewClient(credentials, m.forwards.dial); err != nil {
			return nil, unusable(err)
		}
	}
	return m, nil
}

func (a *Access) credentials(ctx context.Context, runtime string) (*corev1.Secret, error) {
	name := workload.ClientSecretName(runtime)
	secret := &corev1.Secret{}
	err := a.Kube.Get(ctx, types.NamespacedName{Namespace: a.Namespace, Name: name}, secret)
	switch {
	case apierrors.IsForbidden(err):
		return nil, &Problem{
			What: fmt.Sprintf("you may not read Secret %s in namespace %s, which opens the admin port of the runtime", name, a.Namespace),
			Next: fmt.Sprintf("try: kubectl -n %s auth can-i get secret/%s", a.Namespace, name),
		}
	case apierrors.IsNotFound(err):
		return nil, &Problem{
			What: fmt.Sprintf("there is no Secret %s in namespace %s: the operator has not prepared the runtime yet", name, a.Namespace),
			Next: "see what it waits for with `kubectl describe routingruntime " + runtime + "`, and that the operator runs",
		}
	case err != nil:
		return nil, a.explain(err, "read Secret "+name)
	}
	return secret, nil
}

func (a *Access) noReplicas(rt *v1alpha1.RoutingRuntime) error {
	p := &Problem{
		What: fmt.Sprintf("RoutingRuntime %s has no running pod", rt.Name),
		Next: fmt.Sprintf("see why with: kubectl -n %s get pods -l %s=%s", a.Namespace, workload.LabelInstance, rt.Name),
	}
	if rt.Spec.Replicas != nil && *rt.Spec.Replicas == 0 {
		p.What = fmt.Sprintf("RoutingRuntime %s is stopped: its spec.replicas is 0", rt.Name)
		p.Next = fmt.Sprintf("start it with: kubectl -n %s scale routingruntime %s --replicas=1", a.Namespace, rt.Name)
	}
	return p
}

// Refresh reads anew which replicas there are.
func (m *Admin) Refresh(ctx context.Context) error {
	var slices discoveryv1.EndpointSliceList
	err := m.access.Kube.List(ctx, &slices, client.InNamespace(m.access.Namespace),
		client.MatchingLabels{discoveryv1.LabelServiceName: workload.ReplicasServiceName(m.runtime)})
	if err != nil {
		return m.access.explain(err, "list endpointslices")
	}
	m.Replicas = program.Targets(slices.Items, workload.PortNameAdmin)
	return nil
}

// Ready is a replica that takes traffic; a *Problem where there is none.
func (m *Admin) Ready() (program.Target, error) {
	i := slices.IndexFunc(m.Replicas, func(t program.Target) bool { return t.Ready })
	if i < 0 {
		return program.Target{}, &Problem{
			What: fmt.Sprintf("no replica of RoutingRuntime %s is ready", m.runtime),
			Next: "see what it waits for with the command status",
		}
	}
	return m.Replicas[i], nil
}

// Read asks every replica what it serves, all at once.
func (m *Admin) Read(ctx context.Context) []program.Reading {
	readings := make([]program.Reading, len(m.Replicas))
	var wait sync.WaitGroup
	for i, t := range m.Replicas {
		wait.Go(func() {
			report, err := m.Report(ctx, t)
			readings[i] = program.Reading{Target: t, Report: report, Err: err}
		})
	}
	wait.Wait()
	return readings
}

// Report asks one replica what it serves, by the way that works: its own address
// first, because nothing is in between, then a port-forward.
func (m *Admin) Report(ctx context.Context, t program.Target) (*snapshot.Report, error) {
	if way := m.way(t); way != nil {
		return ask(ctx, way, t)
	}
	switch {
	case m.relayed == nil:
		report, err := ask(ctx, m.direct, t)
		m.keep(t, m.direct, err)
		return report, err
	case m.direct != nil:
		if report, err := m.direct.Report(ctx, t); err == nil || ctx.Err() != nil {
			m.keep(t, m.direct, err)
			return report, err
		}
	}
	// It takes longer to begin a port-forward than a report may.
	if _, err := m.forwards.open(ctx, t.Addr); err != nil {
		return nil, err
	}
	report, err := ask(ctx, m.relayed, t)
	m.keep(t, m.relayed, err)
	return report, err
}

// ask asks a replica once more where it lets its time run out. An operator asks again
// by itself soon; whoever calls a command would have to.
func ask(ctx context.Context, way *program.Client, t program.Target) (*snapshot.Report, error) {
	report, err := way.Report(ctx, t)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() && ctx.Err() == nil {
		return way.Report(ctx, t)
	}
	return report, err
}

// Snapshot reads what one replica serves.
func (m *Admin) Snapshot(ctx context.Context, t program.Target) (*snapshot.Update, error) {
	way, err := m.through(ctx, t)
	if err != nil {
		return nil, err
	}
	return way.Snapshot(ctx, t)
}

// Do makes any call of the admin port. An answer of 400 and above becomes a
// *protocol.Problem. Who calls closes the answer's body.
func (m *Admin) Do(ctx context.Context, method string, t program.Target, resource string, header http.Header, body io.Reader) (*http.Response, error) {
	way, err := m.through(ctx, t)
	if err != nil {
		return nil, err
	}
	res, err := way.Do(ctx, method, t, resource, header, body)
	if err != nil {
		return nil, m.silent(t, err)
	}
	if res.StatusCode < http.StatusBadRequest {
		return res, nil
	}
	defer res.Body.Close()
	const most = 1 << 20
	text, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return nil, m.silent(t, err)
	}
	problem := &protocol.Problem{}
	if err := json.Unmarshal(text, problem); err != nil || problem.Title == "" {
		problem = &protocol.Problem{Status: res.StatusCode, Title: http.StatusText(res.StatusCode)}
	}
	if problem.Type == protocol.ProblemUnknownPath {
		return nil, &Problem{What: "the runtime is older than this command, and cannot do that", Next: "update the operator, which updates the runtime; or remove spec.image of the RoutingRuntime"}
	}
	return nil, problem
}

// through finds the way to a replica.
func (m *Admin) through(ctx context.Context, t program.Target) (*program.Client, error) {
	if way := m.way(t); way != nil {
		return way, nil
	}
	if _, err := m.Report(ctx, t); err != nil {
		return nil, m.silent(t, err)
	}
	return m.way(t), nil
}

func (m *Admin) way(t program.Target) *program.Client {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ways[t.Addr]
}

func (m *Admin) keep(t program.Target, way *program.Client, err error) {
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ways[t.Addr] = way
}

// silent is the error of a replica that does not answer.
func (m *Admin) silent(t program.Target, err error) error {
	if problem := m.forwards.problem(t.Addr); problem != nil {
		return problem
	}
	return &Problem{
		What: fmt.Sprintf("replica %s %s", t.Name, program.Reading{Err: err}.Silence()),
		Next: "see how its pod is with the command status",
	}
}

func (m *Admin) podAt(address string) string {
	for _, t := range m.Replicas {
		if t.Addr == address {
			return t.Name
		}
	}
	return ""
}

// Close ends all connections.
func (m *Admin) Close() {
	if m.direct != nil {
		m.direct.Close()
	}
	if m.relayed != nil {
		m.relayed.Close()
		m.forwards.close()
	}
}

// directPatience is how long the own address of a pod is tried: on the cluster's own
// network it answers within a millisecond, elsewhere mostly never.
const directPatience = 300 * time.Millisecond
