// Package cluster is the way of the command line into a cluster: kubectl's flags,
// the namespace's RoutingRuntime, and the admin ports of its replicas.
package cluster

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/program"
)

// Flags are those of kubectl that say which cluster, which namespace, and as whom.
type Flags struct {
	// Dial is how replicas are reached; nil for the usual way, which is their own
	// address or, where that is not to be reached from here, a port-forward.
	Dial program.Dial

	forwardOnly bool

	rules     *clientcmd.ClientConfigLoadingRules
	overrides clientcmd.ConfigOverrides
}

// Add adds the flags to a command.
func (f *Flags) Add(cmd *cobra.Command) {
	f.rules = clientcmd.NewDefaultClientConfigLoadingRules()
	flags := cmd.Flags()
	flags.StringVar(&f.rules.ExplicitPath, "kubeconfig", "", "file that names the cluster; the default is KUBECONFIG, then ~/.kube/config")
	flags.StringVar(&f.overrides.CurrentContext, "context", "", "context of the kubeconfig to use")
	flags.StringVarP(&f.overrides.Context.Namespace, "namespace", "n", "", "namespace to look at; the default is the context's")
	flags.BoolVar(&f.forwardOnly, "port-forward", false, "reach replicas only through a port-forward, and never at their own addresses")
	flags.StringVar(&f.overrides.AuthInfo.Impersonate, "as", "", "user to act as, for who may impersonate")
	flags.StringSliceVar(&f.overrides.AuthInfo.ImpersonateGroups, "as-group", nil, "group to act as a member of, with --as")
}

// NamespaceGiven tells whether somebody named a namespace, and did not leave it to
// the context.
func (f *Flags) NamespaceGiven() bool { return f.overrides.Context.Namespace != "" }

// Access opens the way into the cluster. Nothing is asked of it yet.
func (f *Flags) Access() (*Access, error) {
	config := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(f.rules, &f.overrides)
	rest, err := config.ClientConfig()
	if err != nil {
		return nil, unusable(err)
	}
	namespace, _, err := config.Namespace()
	if err != nil {
		return nil, unusable(err)
	}
	// A person is in a hurry: client-go's default of 5 requests a second is for programs that stay.
	rest.QPS, rest.Burst = 100, 200
	rest.WarningHandler = quiet{}
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return nil, err
	}
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	kube, err := client.New(rest, client.Options{Scheme: scheme})
	if err != nil {
		return nil, &Problem{What: fmt.Sprintf("the kubeconfig cannot be used: %v", err)}
	}
	return &Access{Config: rest, Namespace: namespace, Kube: kube, Dial: f.Dial, ForwardOnly: f.forwardOnly}, nil
}

func unusable(err error) error {
	if clientcmd.IsEmptyConfig(err) {
		return &Problem{
			What: "there is no kubeconfig, so it is not known which cluster is meant",
			Next: "name one with --kubeconfig or KUBECONFIG; `kubectl cluster-info` has to work first",
		}
	}
	return &Problem{What: fmt.Sprintf("the kubeconfig cannot be used: %v", err), Next: "see which contexts it has with `kubectl config get-contexts`"}
}

// quiet keeps the API server's remarks off the screen: they are about API versions.
type quiet struct{}

func (quiet) HandleWarningHeader(int, string, string) {}

var _ rest.WarningHandler = quiet{}

// Access is a way into one namespace of a cluster.
type Access struct {
	Config    *rest.Config
	Namespace string
	Kube      client.Client
	// Dial is that of Flags.
	Dial program.Dial
	// ForwardOnly says that replicas are not to be tried at their own addresses.
	ForwardOnly bool
}
