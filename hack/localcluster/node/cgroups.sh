#!/usr/bin/env bash
# cgroups.sh make|remove NAME: the cgroup below which the kubelet keeps its pods, in every hierarchy the machine has.
set -euo pipefail

# One tree on version 2, one per controller on version 1, both where a machine mixes them.
roots() { awk '$3 == "cgroup" || $3 == "cgroup2" {print $2}' /proc/mounts | sort -u; }

case $1 in
  make)
    for root in $(roots); do
      mkdir -p "$root/$2"
      # version 2 hands controllers down level by level; one that the machine keeps for itself is left out
      [ ! -e "$root/cgroup.controllers" ] || for folder in "$root" "$root/$2"; do
        read -r -a controllers <"$root/cgroup.controllers" || true # empty beside version 1
        for controller in "${controllers[@]}"; do echo "+$controller" >"$folder/cgroup.subtree_control" || true; done 2>/dev/null
      done
    done
    ;;
  remove)
    # the last processes may need a moment to leave
    for _ in {1..600}; do
      left=0
      for root in $(roots); do
        [ ! -d "$root/$2" ] || find "$root/$2" -depth -type d -exec rmdir {} + 2>/dev/null || left=1
      done
      [ $left = 1 ] || exit 0
      sleep 0.1
    done
    echo "some cgroups named $2 could not be removed: processes are still in them" >&2
    exit 1
    ;;
esac
