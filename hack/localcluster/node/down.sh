#!/usr/bin/env bash
# down.sh: ends the node. Its process 1 is killed, by a pid that is checked to be still the same process, and the kernel then ends
# everything in its pid namespace; mounts and the network go with theirs.
set -euo pipefail
source "$(dirname "$0")/node.sh"

[ "$(id -u)" = 0 ] || die "only root can end a node" "sudo -E $here/down.sh"
if pid=$(init_pid); then
  kill -KILL "$pid"
  gone() { ! init_pid; }
  until_true 120 gone || die "process $pid does not end" "look at it with: ps -o pid,stat,wchan,cmd $pid"
fi
if [ -e "$state/index" ]; then
  number "$(cat "$state/index")"
  ip link delete "$link" 2>/dev/null || true # its route goes with it
fi
"$here/node/cgroups.sh" remove "$cgroup"
"$here/node/sysctls.sh" restore
# Never into another file system: the node's mounts are gone with their namespace, and if one should not be, its data is not ours.
rm -rf --one-file-system "$state"
rmdir "$clusters" "$(dirname "$clusters")" 2>/dev/null || true
lap "cluster $cluster is down"
