#!/usr/bin/env bash
# packages.sh [--check]: makes sure that the machine has the programs which the node takes from the distribution.
#
# As root, with apt-get, it installs what is missing; otherwise, and with --check, it says what is missing and fails with --check.
set -euo pipefail
source "$(dirname "$0")/../lib/say.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac

# program -> Debian package. runc starts containers, iptables carries kube-proxy's rules, the rest joins the node to the machine.
declare -A package=([runc]=runc [iptables]=iptables [ip]=iproute2 [openssl]=openssl [unshare]=util-linux [nsenter]=util-linux [mount]=mount)

lacking() {
  local program
  for program in "${!package[@]}"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || printf '%s\n' "${package[$program]}"
  done | sort -u
}

mapfile -t missing < <(lacking)
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && [ "${1:-}" != --check ]; then
  export DEBIAN_FRONTEND=noninteractive
  say "installing ${missing[*]}"
  # A mirror that fails for a moment is asked again, and whoever holds apt's lock is waited for.
  apt() { apt-get -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 -qq "$@"; }
  apt install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
    { apt update && apt install -y --no-install-recommends "${missing[@]}"; } >&2
  mapfile -t missing < <(lacking)
  [ ${#missing[@]} -gt 0 ] || exit 0
fi
say "the local node needs these packages, which are not installed: ${missing[*]}"
say "install them, on Debian or Ubuntu: sudo apt-get install --no-install-recommends ${missing[*]}"
[ "${1:-}" != --check ]
