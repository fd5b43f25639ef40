#!/usr/bin/env bash
# previous.sh: prints the newest commit whose product is another one than this checkout's, to try what meets in an upgrade.
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"
source "$(dirname "$0")/product.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
cd "$(dirname "$0")/../.."
while read -r commit; do
  git diff --quiet "$commit" -- "${product[@]}" ':!*_test.go' || { echo "$commit" && exit; }
done < <(git rev-list --first-parent HEAD)
die "no commit before this one has another product" "fetch the whole history: git fetch --unshallow"
