#!/usr/bin/env bash
# archive.sh NAME:TAG OUT.tar BINARY...: packs static binaries into an image archive that `docker load`, `ctr images import` and
# `kind load image-archive` take. It needs no engine and no root, and the same binaries give the same bytes.
#
# The image holds the binaries at /, the machine's root certificates and an empty /tmp, and runs as user 65532. A single binary is
# its entrypoint; of several, manifests name the one they mean in `command`.
set -euo pipefail

case "${1:-}" in -h | --help | "") sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0" && exit ;; esac
name=$1 out=$2
shift 2
entrypoint=
[ $# -gt 1 ] || entrypoint="\"/${1##*/}\""

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/tmp" "$work/image"
install -m 0755 "$@" "$work/root/"
certificates=/etc/ssl/certs/ca-certificates.crt
[ ! -e $certificates ] || install -D -m 0644 $certificates "$work/root$certificates"
find "$work/root" -type d -exec chmod 0755 {} +
chmod 1777 "$work/root/tmp"

# pack FOLDER TAR: without names, times and owners of this machine.
pack() { tar -C "$1" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=ustar -cf "$2" .; }

pack "$work/root" "$work/image/layer.tar"
layer=$(sha256sum "$work/image/layer.tar" | cut -d' ' -f1)
cat >"$work/image/config.json" <<JSON
{"architecture":"$(go env GOARCH)","os":"linux","created":"1970-01-01T00:00:00Z",
 "config":{"Entrypoint":[$entrypoint],"User":"65532:65532","Env":["PATH=/"],"WorkingDir":"/"},
 "rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},"history":[{"created":"1970-01-01T00:00:00Z"}]}
JSON
cat >"$work/image/manifest.json" <<JSON
[{"Config":"config.json","RepoTags":["$name"],"Layers":["layer.tar"]}]
JSON
pack "$work/image" "$work/out.tar"
mv "$work/out.tar" "$out"
