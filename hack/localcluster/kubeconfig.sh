#!/usr/bin/env bash
# kubeconfig.sh: prints the KUBECONFIG of the cluster that up.sh brings up, whether it is up or not.
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"
source "$(dirname "$0")/lib/cluster.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
if given; then printf '%s\n' "$KUBECONFIG"; else printf '%s\n' "$kubeconfig"; fi
