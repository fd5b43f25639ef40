#!/usr/bin/env bash
# load.sh IMAGE.tar: into the node's containerd.
set -euo pipefail
source "$(dirname "$0")/node.sh"

init_pid >/dev/null || die "cluster $cluster is not up" "$here/up.sh"
output=$(ctr images import - <"$1" 2>&1) || die "containerd does not take $1:" "$output"
