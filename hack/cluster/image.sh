#!/usr/bin/env bash
# image.sh [REVISION]: builds the product's image from this checkout, or from a revision of it, and prints its name and its archive.
#
# The tag is made of what the image is built from: what was built once is not built again.
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"
source "$(dirname "$0")/product.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
cd "$(dirname "$0")/../.."
images=${XDG_CACHE_HOME:-$HOME/.cache}/pullmode/images
sources=$PWD
if [ $# -gt 0 ]; then
  sources=$(mktemp -d)
  trap 'rm -rf "$sources"' EXIT
  git archive "$1" | tar -x -C "$sources"
fi

digest() { (cd "$sources" && find "${product[@]}" -type f -not -name '*_test.go' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12); }
tag=$(digest)
image=localhost/pullmode:$tag
archive=$images/pullmode-$tag.tar
if [ ! -e "$archive" ]; then
  say "building the image $image"
  mkdir -p "$images"
  "$sources/hack/localcluster/image.sh" "$image" "$archive.part"
  mv "$archive.part" "$archive"
  # Nobody asks for an image of long ago.
  find "$images" -name '*.tar' -mtime +7 -delete
fi
printf '%s\n%s\n' "$image" "$archive"
