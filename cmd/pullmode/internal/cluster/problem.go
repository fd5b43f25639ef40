package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
)

// Problem is an error in words for a person at a terminal.
type Problem struct {
	// What is wrong, and what to do next, which may be empty.
	What, Next string
}

func (p *Problem) Error() string {
	if p.Next == "" {
		return p.What
	}
	return p.What + "\n  " + p.Next
}

// explain puts an error of the API server into words. doing is what failed, such as
// "list worklists".
func (a *Access) explain(err error, doing string) error {
	var network *url.Error
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return err
	case meta.IsNoMatchError(err):
		return &Problem{
			What: "the cluster does not know the kinds of pullmode.io",
			Next: "install the operator with its CRDs, or name the right cluster with --context",
		}
	case apierrors.IsForbidden(err):
		if a.Namespace == "" {
			return &Problem{What: "you may not " + doing + " in all namespaces", Next: "name one with -n instead of -A"}
		}
		return &Problem{
			What: fmt.Sprintf("you may not %s in namespace %s", doing, a.Namespace),
			Next: fmt.Sprintf("who administers it can bind you to the ClusterRole view: kubectl -n %s create rolebinding NAME --clusterrole=view --user=YOU", a.Namespace),
		}
	case apierrors.IsUnauthorized(err):
		return &Problem{What: "the cluster does not accept who you are: log in again", Next: "`kubectl auth whoami` has to work first"}
	case errors.As(err, &network):
		return &Problem{
			What: fmt.Sprintf("the API server at %s does not answer: %s", a.Config.Host, silence(network)),
			Next: "see that the cluster is up and that --context names the right one; `kubectl cluster-info` has to work first",
		}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func silence(err *url.Error) string {
	var notFound *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refuses the connection"
	case errors.As(err, &notFound):
		return "there is no host " + notFound.Name
	case err.Timeout():
		return "it takes too long"
	}
	return strings.TrimPrefix(err.Err.Error(), "tls: ")
}

// IsForbidden tells whether an error says that the right to something is missing.
func IsForbidden(err error) bool { return apierrors.IsForbidden(err) }
