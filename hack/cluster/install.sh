#!/usr/bin/env bash
# install.sh [REVISION]: builds the product's image, brings a cluster up, and installs CRDs and operator, from this checkout or from a
# revision of it.
#
# Which cluster is decided by hack/localcluster/up.sh. The last line of output is its KUBECONFIG.
#   PULLMODE_IMAGE  an image that the cluster can pull already; nothing is built then
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$checkout"
config=config image=${PULLMODE_IMAGE:-} archive=
if [ $# -gt 0 ]; then
  sources=$(mktemp -d)
  trap 'rm -rf "$sources"' EXIT
  git archive "$1" config | tar -x -C "$sources"
  config=$sources/config
fi
[ -n "$image" ] || { read -r image && read -r archive; } < <(hack/cluster/image.sh "$@")
[ -n "$image" ] || die "the image could not be built"

kubeconfig=$(hack/localcluster/up.sh)
export KUBECONFIG=$kubeconfig
kubectl=$(hack/localcluster/assets.sh)/kubectl
[ -z "$archive" ] || hack/localcluster/load.sh "$archive"
lap "image $image is in the cluster"

"$kubectl" apply --server-side --force-conflicts --kustomize "$config/crd" >&2
"$kubectl" wait --for=condition=Established --timeout=180s --filename "$config/crd/bases" >&2
"$kubectl" kustomize "$config/default" | sed "s#localhost/pullmode:dev#$image#g" | "$kubectl" apply --server-side --force-conflicts --filename - >&2
"$kubectl" --namespace pullmode-system rollout status deployment --timeout=300s >&2
lap "the operator runs"
printf '%s\n' "$kubeconfig"
