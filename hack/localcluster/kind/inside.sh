#!/usr/bin/env bash
# inside.sh COMMAND...: in the container that is kind's node.
set -euo pipefail
source "$(dirname "$0")/../lib/say.sh"
source "$(dirname "$0")/../lib/cluster.sh"

exec docker exec --interactive "$cluster-control-plane" "$@"
