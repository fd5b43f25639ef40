# shellcheck shell=bash
# What the scripts of this folder know about the node: where it is, how it is numbered, and whether it lives.
source "$(dirname "${BASH_SOURCE[0]}")/../lib/say.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/cluster.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/cache.sh"

node=$state/node          # mounted as /run/node inside
identity=$state/init.pid  # "PID STARTTIME" of the node's process 1, written by itself
cgroup=pullmode-$cluster  # below which the kubelet keeps its pods
kube=$(folder_of kubebox)

# number INDEX: the names and networks of the node with this index. One /22 per node, so that several fit side by side and the
# machine needs one route to each: the link, the pods and the services are its first three /24.
number() {
  local net=${PULLMODE_NET:-10.99} third=$(($1 * 4))
  link=pullmode$1
  range=$net.$third.0/22
  host_ip=$net.$third.1 node_ip=$net.$third.2
  pods=$net.$((third + 1)).0/24 services=$net.$((third + 2)).0/24 first_service=$net.$((third + 2)).1
}

# started_at PID: when the process started, in clock ticks since boot. With the pid it names a process for good.
started_at() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086 # the fields after the name, which alone may hold blanks
  set -- ${stat##*) }
  printf '%s' "${20}"
}

# init_pid prints the pid of the node's process 1, if that still lives.
init_pid() {
  local pid start
  read -r pid start 2>/dev/null <"$identity" || return 1
  [ "$(started_at "$pid")" = "$start" ] || return 1
  printf '%s' "$pid"
}

# ctr talks to the node's containerd; paths are the node's own.
ctr() {
  nsenter -t "$(init_pid)" -m -n -p -i -u -- /run/containerd-bin/ctr --address /run/containerd/containerd.sock --namespace k8s.io "$@"
}

# kubectl of the cluster's own version; what it caches goes away with the cluster.
kubectl() { "$kube/kubectl" --kubeconfig "$kubeconfig" --cache-dir "$state/kubectl" "$@"; }

# recipe: a digest of everything the node is made of. A node made by another recipe is not the one that is asked for.
recipe() {
  { cat "$here"/node/* "$here"/lib/*; for component in "${components[@]}"; do folder_of "$component"; done; } | sha256sum
}
