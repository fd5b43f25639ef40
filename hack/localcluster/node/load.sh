#!/usr/bin/env bash
# load.sh IMAGE.tar: into the node's containerd.
set -euo pipefail
source "$(dirname "$0")/node.sh"

init_pid >/dev/null || die "cluster $cluster is not up" "$here/up.sh"
ctr images import - <"$1" >/dev/null
lap "loaded $1"
