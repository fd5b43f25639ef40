package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
)

// Objects are what is declared in a namespace.
type Objects struct {
	Runtimes            []v1alpha1.RoutingRuntime
	MediaRoutingDomains []v1alpha1.MediaRoutingDomain
	Worklists           []v1alpha1.Worklist
	Channels            []v1alpha1.Channel
	AgentSubscriptions  []v1alpha1.AgentSubscription
}

// Empty says that nothing is declared.
func (o *Objects) Empty() bool {
	return len(o.Runtimes)+len(o.MediaRoutingDomains)+len(o.Worklists)+len(o.Channels)+len(o.AgentSubscriptions) == 0
}

// Objects reads everything that is declared in the namespace.
func (a *Access) Objects(ctx context.Context) (*Objects, error) { return a.read(ctx, a.Namespace) }

// Everywhere reads everything that is declared in the cluster, by namespace.
func (a *Access) Everywhere(ctx context.Context) (map[string]*Objects, error) {
	all, err := a.In("").read(ctx, "")
	if err != nil {
		return nil, err
	}
	found := map[string]*Objects{}
	in := func(namespace string) *Objects {
		if found[namespace] == nil {
			found[namespace] = &Objects{}
		}
		return found[namespace]
	}
	for _, o := range all.Runtimes {
		in(o.Namespace).Runtimes = append(in(o.Namespace).Runtimes, o)
	}
	for _, o := range all.MediaRoutingDomains {
		in(o.Namespace).MediaRoutingDomains = append(in(o.Namespace).MediaRoutingDomains, o)
	}
	for _, o := range all.Worklists {
		in(o.Namespace).Worklists = append(in(o.Namespace).Worklists, o)
	}
	for _, o := range all.Channels {
		in(o.Namespace).Channels = append(in(o.Namespace).Channels, o)
	}
	for _, o := range all.AgentSubscriptions {
		in(o.Namespace).AgentSubscriptions = append(in(o.Namespace).AgentSubscriptions, o)
	}
	return found, nil
}

// In is the same way into another namespace; an empty one stands for all.
func (a *Access) In(namespace string) *Access {
	other := *a
	other.Namespace = namespace
	return &other
}

// read reads everything of a namespace, or of all where it is empty.
func (a *Access) read(ctx context.Context, namespace string) (*Objects, error) {
	var runtimes v1alpha1.RoutingRuntimeList
	var domains v1alpha1.MediaRoutingDomainList
	var worklists v1alpha1.WorklistList
	var channels v1alpha1.ChannelList
	var subscriptions v1alpha1.AgentSubscriptionList
	for _, l := range []struct {
		what string
		list client.ObjectList
	}{
		{"routingruntimes", &runtimes}, {"mediaroutingdomains", &domains}, {"worklists", &worklists},
		{"channels", &channels}, {"agentsubscriptions", &subscriptions},
	} {
		if err := a.Kube.List(ctx, l.list, client.InNamespace(namespace)); err != nil {
			return nil, a.explain(err, "list "+l.what)
		}
	}
	return &Objects{runtimes.Items, domains.Items, worklists.Items, channels.Items, subscriptions.Items}, nil
}

// Secret reads the data of a Secret: nil where there is none, and not readable where
// the right to it is missing.
func (a *Access) Secret(ctx context.Context, name string) (data map[string][]byte, readable bool, err error) {
	var secret corev1.Secret
	err = a.Kube.Get(ctx, types.NamespacedName{Namespace: a.Namespace, Name: name}, &secret)
	switch {
	case apierrors.IsForbidden(err):
		return nil, false, nil
	case apierrors.IsNotFound(err):
		return nil, true, nil
	case err != nil:
		return nil, false, a.explain(err, "read Secret "+name)
	case secret.Data == nil:
		return map[string][]byte{}, true, nil
	}
	return secret.Data, true, nil
}
