#!/usr/bin/env bash
# image.sh [REVISION]: builds the product's image from this checkout, or from a revision of it, and prints its name and its archive.
#
# The tag is made of what the image is built from: what was built once is not built again. REVISION is whatever git understands;
# `previous` is the newest commit whose product is another one than the checkout's.
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$checkout"
images=${XDG_CACHE_HOME:-$HOME/.cache}/pullmode/images
product=(api cmd config controllers runtime go.mod go.sum Dockerfile)

previous() {
  local commit
  while read -r commit; do
    git diff --quiet "$commit" -- "${product[@]}" ':!*_test.go' || { echo "$commit" && return; }
  done < <(git rev-list --first-parent HEAD)
  die "no commit before this one has another product" "fetch the whole history: git fetch --unshallow"
}

sources=$checkout
if [ $# -gt 0 ]; then
  revision=$1
  [ "$revision" != previous ] || revision=$(previous)
  sources=$(mktemp -d)
  trap 'rm -rf "$sources"' EXIT
  git archive "$revision" | tar -x -C "$sources"
  say "the product of $(git log -1 --format='%h, %s' "$revision")"
fi

# digest of what ends up in the image
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
  find "$images" -name 'pullmode-*.tar' -mtime +7 -delete
fi
printf '%s\n%s\n' "$image" "$archive"
