#!/usr/bin/env bash
# init.sh STATE KUBE CONTAINERD COREDNS: process 1 of the node. It is called in fresh namespaces, lays out the node's own view of
# the file system, and then runs the services and starts again what ends. When it is killed the kernel ends everything in here.
set -euo pipefail
state=$1

# The file system of processes is still the machine's, so this process sees its own number there; whoever ends the node needs it.
stat=$(</proc/self/stat)
IFS=' ' read -r -a fields <<<"${stat##*) }"
printf '%s %s\n' "${stat%% *}" "${fields[19]}" >"$state/init.pid.part"
mv "$state/init.pid.part" "$state/init.pid"

mount --make-rshared / # volumes that the kubelet mounts must show up in containers
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/{node,kube,containerd-bin,coredns}
mount --bind "$state/node" /run/node
mount --bind -o ro "$2" /run/kube
mount --bind -o ro "$3" /run/containerd-bin
mount --bind -o ro "$4" /run/coredns
for folder in /var/lib /var/log; do mount -t tmpfs tmpfs $folder; done # some paths below are fixed in the kubelet and the CNI library
# shellcheck source=/dev/null
source /run/node/environment
: "${cluster:?}" "${host_ip:?}" "${node_ip:?}" "${pods:?}" "${services:?}"
export PATH=/run/kube:/run/containerd-bin:/run/coredns:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/run/node

hostname "$cluster"
ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done # its other end is on the machine, which puts this one here
ip address add "$node_ip/30" dev eth0
ip link set eth0 up
ip route add default via "$host_ip"
ip route add unreachable "$pods" # a pod that is gone is refused at once, not passed back and forth with the machine
echo 1 >/proc/sys/net/ipv4/ip_forward

# service NAME ARGUMENT...: runs it for good. One that ends is started again after a second, as a service manager would, unless
# it is held back by a file of its name in /run/node/held.
service() {
  local name=$1
  while :; do
    while [ -e "/run/node/held/$name" ]; do sleep 0.1; done
    "$@" </dev/null >>"/run/node/logs/$name.log" 2>&1 || true
    printf '%s %s ended, starting it again\n' "$(date -Is)" "$name"
    sleep 1
  done &
}

# shellcheck source=services.sh
source /run/node/services.sh
wait
