#!/usr/bin/env bash
# inside.sh COMMAND...: runs a command inside the cluster's only node, as its root: where the processes, the network and the volumes
# of pods are. For tests that break something on purpose.
#
# Both ways to a cluster of ours have containerd in there: `inside.sh ctr --namespace k8s.io tasks list` tells the process of every
# container. A cluster that KUBECONFIG names has no inside for us.
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"
source "$(dirname "$0")/lib/cluster.sh"

case "${1:-}" in -h | --help | "") usage && exit ;; esac
way=$(via)
[ -e "$here/$way/inside.sh" ] || die "the nodes of the cluster that KUBECONFIG names are not ours to go into" \
  "unset KUBECONFIG to get a local cluster"
exec "$here/$way/inside.sh" "$@"
