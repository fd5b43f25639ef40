package routing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/workload"
	"github.com/pullmode/operator/runtime/snapshot"
)

// replicas is what a runtime's replicas say of themselves.
type replicas struct {
	client   *program.Client // nil while there is none to ask
	readings []program.Reading
	// newlySilent says that one of them may not answer for a moment only.
	newlySilent bool
}

// errNoCredentials is the silence of replicas while the workload controller has yet to make the certificates.
var errNoCredentials = errors.New("waits for its certificates")

// ask finds a runtime's replicas and asks each what it serves.
func (r *Reconciler) ask(ctx context.Context, rt *v1alpha1.RoutingRuntime, m *memory) (replicas, error) {
	targets, err := r.targets(ctx, rt)
	if err != nil || len(targets) == 0 {
		return replicas{}, err
	}
	secret, err := r.Secrets.Get(ctx, types.NamespacedName{Namespace: rt.Namespace, Name: workload.ClientSecretName(rt.Name)})
	if err != nil {
		return replicas{}, fmt.Errorf("read the operator's certificate: %w", err)
	}
	if secret == nil {
		return unasked(targets), nil
	}
	c, err := r.Clients.Client(client.ObjectKeyFromObject(rt), secret, workload.AdminServerName(rt.Name))
	if err != nil {
		return replicas{}, err
	}
	begun := r.Now()
	found := replicas{client: c, readings: c.Read(ctx, targets)}
	if targets, err = r.targets(ctx, rt); err != nil {
		return replicas{}, err
	}
	stillReady(found.readings, targets)
	found.newlySilent = m.silent.newly(found.readings, begun, r.Now())
	return found, found.recall(ctx, m)
}

func (r *Reconciler) targets(ctx context.Context, rt *v1alpha1.RoutingRuntime) ([]program.Target, error) {
	var published discoveryv1.EndpointSliceList
	err := r.Client.List(ctx, &published, client.InNamespace(rt.Namespace),
		client.MatchingLabels{discoveryv1.LabelServiceName: workload.ReplicasServiceName(rt.Name)})
	if err != nil {
		return nil, fmt.Errorf("list the addresses of RoutingRuntime %s: %w", rt.Name, err)
	}
	return program.Targets(published.Items, workload.PortNameAdmin), nil
}

func unasked(targets []program.Target) replicas {
	found := replicas{}
	for _, t := range targets {
		found.readings = append(found.readings, program.Reading{Target: t, Err: errNoCredentials})
	}
	return found
}

// recall settles what is served now, and remembers it: what is remembered already,
// if the digest is still the same, or else what a replica hands out. It is asked
// again when it is another version, which may know less of what is in its store.
func (f *replicas) recall(ctx context.Context, m *memory) error {
	newest, versions := program.Newest(f.readings), versions(f.readings)
	switch {
	case newest == nil:
		return nil // nobody answers: nothing is known
	case newest.Report.Digest == "":
		m.snapshot, m.digest, m.partly = nil, "", false
	case newest.Report.Digest != m.digest || !slices.Equal(versions, m.versions):
		update, err := f.client.Snapshot(ctx, newest.Target)
		if err != nil {
			return fmt.Errorf("read the snapshot that replica %s serves: %w", newest.Name, err)
		}
		encoded, err := update.Snapshot.Encode()
		if err != nil {
			return err
		}
		m.snapshot, m.digest, m.partly = &update.Snapshot, newest.Report.Digest, snapshot.Digest(encoded) != newest.Report.Digest
	}
	m.versions = versions
	return nil
}

// open is how many requests are open, by list; nil while nobody knows.
func (f *replicas) open() map[string]int64 {
	var reports []snapshot.Report
	for _, r := range f.readings {
		if r.Report != nil {
			reports = append(reports, *r.Report)
		}
	}
	return compile.OpenRequests(reports...)
}
