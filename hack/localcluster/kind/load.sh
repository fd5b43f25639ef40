#!/usr/bin/env bash
# load.sh IMAGE.tar: into the nodes of the kind cluster.
set -euo pipefail
source "$(dirname "$0")/../lib/say.sh"
source "$(dirname "$0")/../lib/cluster.sh"

kind load image-archive "$1" --name "$cluster" >&2
