#!/usr/bin/env bash
# up.sh: a cluster made by kind in the docker engine.
set -euo pipefail
source "$(dirname "$0")/../lib/say.sh"
source "$(dirname "$0")/../lib/cluster.sh"

command -v kind >/dev/null || die "kind is missing" "go install sigs.k8s.io/kind@v0.33.0"
docker info >/dev/null 2>&1 || die "no docker engine answers 'docker info'" "start it, or use PULLMODE_VIA=node as root on Linux"
mkdir -p "$state"
echo kind >"$state/via"
if kind get clusters 2>/dev/null | grep -qx "$cluster"; then
  kind export kubeconfig --name "$cluster" --kubeconfig "$kubeconfig" >/dev/null 2>&1
  if kubectl --kubeconfig "$kubeconfig" get --raw /readyz --request-timeout=5s >/dev/null 2>&1; then
    lap "kind cluster $cluster is up already"
    exit
  fi
  say "kind cluster $cluster does not answer: making it anew"
  kind delete cluster --name "$cluster" --kubeconfig "$kubeconfig" >&2
fi
kind create cluster --name "$cluster" --kubeconfig "$kubeconfig" --wait 2m >&2
lap "kind cluster $cluster is up"
