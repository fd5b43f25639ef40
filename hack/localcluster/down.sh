#!/usr/bin/env bash
# down.sh: ends the cluster that up.sh made and leaves nothing of it behind: no process, mount, network link, cgroup or file.
#
# PULLMODE_CLUSTER names it, as for up.sh. A cluster that KUBECONFIG names is not ours and stays as it is. Nothing to end is fine.
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"
source "$(dirname "$0")/lib/cluster.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
if given; then
  say "$KUBECONFIG is not a cluster of ours: it stays as it is"
elif [ -e "$state/via" ]; then
  "$here/$(cat "$state/via")/down.sh"
fi
