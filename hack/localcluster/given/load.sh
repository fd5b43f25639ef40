#!/usr/bin/env bash
# load.sh IMAGE.tar: into a cluster of somebody else. A kind cluster takes archives; another one can only pull.
set -euo pipefail
source "$(dirname "$0")/../lib/say.sh"

context=$(kubectl config current-context)
if [[ $context == kind-* ]] && command -v kind >/dev/null; then
  kind load image-archive "$1" --name "${context#kind-}" >&2
  exit
fi
die "the cluster of context $context pulls its images from a registry; $1 cannot be put into it from here" \
  "push the image to a registry that it can reach, and deploy with that name"
