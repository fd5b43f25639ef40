#!/usr/bin/env bash
# up.sh: checks that the cluster named by KUBECONFIG answers, and says which it is.
set -euo pipefail
source "$(dirname "$0")/../lib/say.sh"

command -v kubectl >/dev/null || die "KUBECONFIG names a cluster and there is no kubectl to talk to it" "install kubectl"
version=$(kubectl version -o yaml --request-timeout=10s | sed -n '/^serverVersion/,$s/^  gitVersion: //p') ||
  die "the cluster that KUBECONFIG=$KUBECONFIG names does not answer" "unset KUBECONFIG to get a local cluster"
lap "using the cluster that KUBECONFIG names: context $(kubectl config current-context), Kubernetes $version"
