package routing

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/compile/keyring"
)

// objects reads everything of a namespace that is declared.
func (r *Reconciler) objects(ctx context.Context, ns Namespace) (compile.Input, error) {
	var in compile.Input
	var runtimes v1alpha1.RoutingRuntimeList
	var domains v1alpha1.MediaRoutingDomainList
	var worklists v1alpha1.WorklistList
	var channels v1alpha1.ChannelList
	var subscriptions v1alpha1.AgentSubscriptionList
	for _, list := range []client.ObjectList{&runtimes, &domains, &worklists, &channels, &subscriptions} {
		if err := r.Client.List(ctx, list, client.InNamespace(string(ns))); err != nil {
			return in, fmt.Errorf("list %T: %w", list, err)
		}
	}
	in = compile.Input{
		Runtimes:            runtimes.Items,
		MediaRoutingDomains: domains.Items,
		Worklists:           worklists.Items,
		Channels:            channels.Items,
		AgentSubscriptions:  subscriptions.Items,
	}
	keys, err := r.keys(ctx, ns, compile.Needs(in))
	in.Keys = keys
	return in, err
}

// parallelReads is how many Secrets are read at a time; only those that changed are.
const parallelReads = 16

// keys reads the Secrets that objects name, and of each what they need of it.
func (r *Reconciler) keys(ctx context.Context, ns Namespace, needs map[string]compile.Need) (map[string]compile.SecretKeys, error) {
	keys := map[string]compile.SecretKeys{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelReads)
	for name, need := range needs {
		group.Go(func() error {
			secret, err := r.Secrets.Get(ctx, types.NamespacedName{Namespace: string(ns), Name: name})
			if err != nil {
				return fmt.Errorf("read Secret %s: %w", name, err)
			}
			if secret == nil {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			keys[name] = keyring.Read(secret.Data, need)
			return nil
		})
	}
	return keys, group.Wait()
}

// empty tells whether there is nothing of ours in a namespace.
func empty(in compile.Input) bool {
	return len(in.Runtimes)+len(in.MediaRoutingDomains)+len(in.Worklists)+len(in.Channels)+len(in.AgentSubscriptions) == 0
}
