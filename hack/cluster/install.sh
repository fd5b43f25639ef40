#!/usr/bin/env bash
# install.sh: builds the product's image, brings a cluster up, and installs CRDs and operator from this checkout.
#
# Which cluster is decided by hack/localcluster/up.sh. The last line of output is its KUBECONFIG.
#   PULLMODE_IMAGE  an image that the cluster can pull already; nothing is built then
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$checkout"
images=${XDG_CACHE_HOME:-$HOME/.cache}/pullmode/images

# The tag is made of what the image is built from: an unchanged product is not built, loaded or restarted again.
sources() { find api cmd config controllers runtime go.mod go.sum Dockerfile -type f -not -name '*_test.go' -print0 | LC_ALL=C sort -z; }
tag=$(sources | xargs -0 sha256sum | sha256sum | cut -c1-12)
image=${PULLMODE_IMAGE:-localhost/pullmode:$tag}
archive=$images/pullmode-$tag.tar

if [ -z "${PULLMODE_IMAGE:-}" ] && [ ! -e "$archive" ]; then
  say "building the image $image"
  mkdir -p "$images"
  hack/localcluster/image.sh "$image" "$archive.part"
  mv "$archive.part" "$archive"
  # Older images are of no use to anybody.
  find "$images" -name 'pullmode-*.tar' ! -path "$archive" -delete
fi

kubeconfig=$(hack/localcluster/up.sh)
export KUBECONFIG=$kubeconfig
kubectl=$(hack/localcluster/assets.sh)/kubectl
[ -n "${PULLMODE_IMAGE:-}" ] || hack/localcluster/load.sh "$archive"
lap "image $image is in the cluster"

"$kubectl" apply --server-side --force-conflicts --kustomize config/crd >&2
"$kubectl" wait --for=condition=Established --timeout=60s --filename config/crd/bases >&2
"$kubectl" kustomize config/default | sed "s#localhost/pullmode:dev#$image#g" | "$kubectl" apply --server-side --force-conflicts --filename - >&2
"$kubectl" --namespace pullmode-system rollout status deployment --timeout=180s >&2
lap "the operator runs"
printf '%s\n' "$kubeconfig"
