#!/usr/bin/env bash
# image.sh NAME:TAG OUT.tar: builds the product's image and saves it as an archive for load.sh.
#
# With docker or buildah it is the Dockerfile's; without an engine the same binaries are packed by hack/image/archive.sh.
#   PULLMODE_IMAGE_ENGINE  docker, buildah or none, to have no choice made
#   PULLMODE_IMAGE_BASE    what the final stage starts from, if not from nothing, such as gcr.io/distroless/static; engines only
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"

case "${1:-}" in -h | --help | "") usage && exit ;; esac
[ $# = 2 ] || die "image.sh takes a name and a file" "$0 pullmode:dev pullmode.tar"
name=$1 out=$2
version=${name##*:} # what the programs say they are
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
programs=(operator runtime pullmode)
base=${PULLMODE_IMAGE_BASE:-scratch}

engine() {
  if docker info >/dev/null 2>&1; then
    echo docker
  elif command -v buildah >/dev/null; then
    echo buildah
  else
    echo none
  fi
}
engine=${PULLMODE_IMAGE_ENGINE:-$(engine)}

not_built() { die "$engine could not build the image" "if it cannot reach a registry: PULLMODE_IMAGE_ENGINE=none $0 $name $out"; }

case $engine in
  docker)
    docker build --quiet --build-arg BASE="$base" --build-arg VERSION="$version" --tag "$name" "$checkout" >&2 || not_built
    docker save --output "$out" "$name"
    ;;
  buildah)
    buildah build --quiet --isolation chroot --build-arg BASE="$base" --build-arg VERSION="$version" --tag "$name" "$checkout" >&2 || not_built
    rm -f "$out" # buildah does not write over an archive
    buildah push --quiet "$name" "docker-archive:$out:$name"
    ;;
  none)
    [ "$base" = scratch ] || die "PULLMODE_IMAGE_BASE needs an engine that can pull $base" "unset it, or start docker, or install buildah"
    for program in "${programs[@]}"; do
      [ -d "$checkout/cmd/$program" ] || die "there is no cmd/$program in $checkout" "the image holds: ${programs[*]}"
    done
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    (cd "$checkout" && CGO_ENABLED=0 GOOS=linux go build -trimpath -ldflags "-s -w -X github.com/pullmode/operator/cmd/internal/version.linked=$version" -o "$work/" "${programs[@]/#/./cmd/}")
    "$here/../image/archive.sh" "$name" "$out" "${programs[@]/#/$work/}"
    ;;
  *) die "PULLMODE_IMAGE_ENGINE is '$engine'" "use docker, buildah or none, or leave it unset" ;;
esac
lap "$name saved to $out ($(($(stat -c %s "$out") >> 20)) MiB, engine: $engine)"
