#!/usr/bin/env bash
# sysctls.sh save|restore: the kernel settings of the whole machine that a kubelet changes. The first node saves them and the last
# one to go restores them.
set -euo pipefail
source "$(dirname "$0")/node.sh"
saved=$clusters/sysctls

case $1 in
  save)
    [ ! -e "$saved" ] || exit 0
    for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
      printf '%s %s\n' "$setting" "$(cat "/proc/sys/$setting")"
    done >"$saved"
    ;;
  restore)
    [ -e "$saved" ] || exit 0
    for other in "$clusters"/*/init.pid; do
      [ "$other" = "$identity" ] || [ ! -e "$other" ] || exit 0
    done
    while read -r setting value; do echo "$value" >"/proc/sys/$setting" || true; done <"$saved" 2>/dev/null
    rm -f "$saved"
    ;;
esac
