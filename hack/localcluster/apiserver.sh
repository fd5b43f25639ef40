#!/usr/bin/env bash
# apiserver.sh stop|start: ends the cluster's API server and lets it be down, or starts it again.
#
# It is killed, so that every connection to it ends, and nothing listens until `start`: everything else on the node goes on.
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"
source "$(dirname "$0")/lib/cluster.sh"

case "${1:-}" in stop | start) ;; *) usage && exit ;; esac
way=$(via)
[ -e "$here/$way/apiserver.sh" ] || die "the API server of the cluster that KUBECONFIG names is not ours to stop" \
  "unset KUBECONFIG to get a local cluster"
exec "$here/$way/apiserver.sh" "$1"
