#!/usr/bin/env bash
# apiserver.sh stop|start: init.sh would start it again after a second, but for a file that says to hold it back.
set -euo pipefail
here=$(dirname "$0")

case $1 in
  stop)
    # shellcheck disable=SC2016 # for the shell inside
    "$here/inside.sh" bash -euc 'mkdir -p /run/node/held && touch /run/node/held/kube-apiserver
      for process in /proc/[0-9]*; do
        [ "$(cat "$process/comm" 2>/dev/null)" != kube-apiserver ] || kill -KILL "${process#/proc/}"
      done'
    ;;
  start) "$here/inside.sh" rm -f /run/node/held/kube-apiserver ;;
esac
