#!/usr/bin/env bash
# etcd.sh: packs the etcd that tests use into an image, and prints its name and its archive.
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
cd "$(dirname "$0")/../.."
images=${XDG_CACHE_HOME:-$HOME/.cache}/pullmode/images
etcd=$(hack/localcluster/assets.sh)/etcd
tag=$(sha256sum <"$etcd" | cut -c1-12)
archive=$images/etcd-$tag.tar
if [ ! -e "$archive" ]; then
  mkdir -p "$images"
  hack/image/archive.sh "localhost/etcd:$tag" "$archive.part" "$etcd"
  mv "$archive.part" "$archive"
fi
printf '%s\n%s\n' "localhost/etcd:$tag" "$archive"
