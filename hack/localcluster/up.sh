#!/usr/bin/env bash
# up.sh [IMAGE.tar...]: brings a Kubernetes cluster up, or finds it up, loads the images, and prints its KUBECONFIG as last line.
#
# Which cluster: the one KUBECONFIG names; else kind, where a docker engine and kind are there; else, as root on Linux, a real
# single node of our own, in its own namespaces.
#   PULLMODE_CLUSTER  its name, "pullmode" if unset; clusters of different names live side by side
#   PULLMODE_VIA      kind or node, to have no choice made
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"
source "$(dirname "$0")/lib/cluster.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
for image; do [ -r "$image" ] || die "there is no image archive $image" "make one with hack/localcluster/image.sh"; done

via=$(via)
"$here/$via/up.sh"
[ $# -eq 0 ] || "$here/load.sh" "$@"
"$here/kubeconfig.sh"
