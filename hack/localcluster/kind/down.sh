#!/usr/bin/env bash
# down.sh: deletes the kind cluster and its state folder.
set -euo pipefail
source "$(dirname "$0")/../lib/say.sh"
source "$(dirname "$0")/../lib/cluster.sh"

kind delete cluster --name "$cluster" --kubeconfig "$kubeconfig" >&2
rm -rf "$state"
