#!/usr/bin/env bash
# older.sh FIELD: builds an image whose runtime does not know a field of the snapshot, as one of a version before it, and prints its
# name and its archive. It is this checkout's in everything else.
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"

case "${1:-}" in -h | --help | "") usage && exit ;; esac
field=$1
cd "$(dirname "$0")/../.."
{ read -r image && read -r archive; } < <(hack/cluster/image.sh)
image=$image-without-${field,,} archive=${archive%.tar}-without-${field,,}.tar
if [ ! -e "$archive" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  file=$(grep -l "json:\"$field," runtime/snapshot/*.go) || die "no field $field in runtime/snapshot"
  sed "s/json:\"$field,/json:\"-,/" "$file" >"$work/snapshot.go"
  printf '{"Replace": {"%s": "%s"}}\n' "$PWD/$file" "$work/snapshot.go" >"$work/overlay.json"
  GOFLAGS="${GOFLAGS:-} -overlay=$work/overlay.json" PULLMODE_IMAGE_ENGINE=none hack/localcluster/image.sh "$image" "$archive.part"
  mv "$archive.part" "$archive"
fi
printf '%s\n%s\n' "$image" "$archive"
