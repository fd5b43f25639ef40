#!/usr/bin/env bash
# inside.sh COMMAND...: in all of the node's namespaces, with its programs to call by name.
set -euo pipefail
source "$(dirname "$0")/node.sh"

pid=$(init_pid) || die "cluster $cluster is not up" "$here/up.sh"
exec nsenter -t "$pid" -m -n -p -i -u -- env PATH="/run/kube:/run/containerd-bin:$PATH" "$@"
