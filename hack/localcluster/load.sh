#!/usr/bin/env bash
# load.sh IMAGE.tar...: makes images from archives known to the cluster, so that pods start from them without a registry.
#
# A pod uses a loaded image if its imagePullPolicy is IfNotPresent or Never, or left out with a tag other than latest.
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"
source "$(dirname "$0")/lib/cluster.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
[ $# -gt 0 ] || die "load.sh needs the archive of an image" "make one with hack/localcluster/image.sh"
via=$(via)
for image; do
  [ -r "$image" ] || die "there is no image archive $image" "make one with hack/localcluster/image.sh"
  "$here/$via/load.sh" "$image"
  lap "loaded $image"
done
