#!/usr/bin/env bash
# install.sh: installs the clients of others that the runtime is tried with, and prints the folder that has their node_modules.
#
# Node.js, npm and Chromium are installed with apt-get where they are missing (as root; otherwise it says what to install). The
# packages of package-lock.json land in the user's cache folder, once for each content of that file.
set -euo pipefail
cd "$(dirname "$0")"
source ../localcluster/lib/say.sh

case "${1:-}" in -h | --help) usage && exit ;; esac
missing=()
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v chromium >/dev/null || missing+=(chromium)
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "there is no ${missing[*]} on this machine" \
    "install it; on Debian or Ubuntu: sudo apt-get install --no-install-recommends ${missing[*]} fonts-dejavu-core"
  say "installing ${missing[*]}"
  apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-dejavu-core >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-dejavu-core; } >&2
fi

key=$(cat package.json package-lock.json | sha256sum | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/pullmode/clients/$key
if [ ! -e "$folder/done" ]; then
  say "installing the packages of hack/clients/package-lock.json"
  mkdir -p "$folder"
  cp package.json package-lock.json .npmrc "$folder"
  (cd "$folder" && npm ci --ignore-scripts >&2) && touch "$folder/done"
fi
printf '%s\n' "$folder"
