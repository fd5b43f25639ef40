package cluster

import (
	"context"

	authenticationv1 "k8s.io/api/authentication/v1"
)

// WhoAmI is the name under which the API server knows the user.
func (a *Access) WhoAmI(ctx context.Context) (string, error) {
	review := &authenticationv1.SelfSubjectReview{}
	if err := a.Kube.Create(ctx, review); err != nil {
		return "", a.explain(err, "ask who you are")
	}
	return review.Status.UserInfo.Username, nil
}
