#!/usr/bin/env bash
# up.sh: a real single-node Kubernetes in its own mount, network, pid, ipc and uts namespaces. The machine itself gets one network
# link and one route; its iptables, its /run and its /var are not touched. A healthy node is used as it is, another is made anew.
set -euo pipefail
source "$(dirname "$0")/node.sh"

[ "$(id -u)" = 0 ] || die "only root can make a node" "sudo -E $here/up.sh"

answers() {
  kubectl get --raw /readyz --request-timeout=2s &&
    [ "$(kubectl get node "$cluster" --request-timeout=2s -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# healthy: as long as process 1 lives, a program of the node that has just ended gets the time to be started again.
healthy() {
  [ "$(cat "$state/recipe" 2>/dev/null)" = "$(recipe)" ] || return 1
  until answers >/dev/null 2>&1; do
    init_pid >/dev/null && [ $SECONDS -lt 15 ] || return 1
    sleep 0.2
  done
}

# settle INDEX: true if no other node and no route of the machine is in the way of this one.
settle() {
  number "$1"
  ! ip link show "$link" >/dev/null 2>&1 && [ -z "$(ip -4 route show root "$range")" ] &&
    ! ip -4 route show match "$range" | grep -qv ^default
}

mkdir -p "$clusters" "$cache"
exec 9>"$cache/node.lock" # one at a time: two could settle on the same index
flock 9
if [ -e "$state" ]; then
  if healthy; then
    lap "cluster $cluster is up already"
    exit
  fi
  say "cluster $cluster is not well, or was made by another version: making it anew"
  "$here/node/down.sh"
fi
say "bringing up cluster $cluster, a node of our own (logs: $node/logs)"
"$here/build.sh" >/dev/null
"$here/node/packages.sh"
for index in {0..63}; do settle "$index" && break; done
settle "$index" || die "no free network for the node in ${PULLMODE_NET:-10.99}.0.0/16" \
  "choose another range, for example: export PULLMODE_NET=10.213"

install -d -m 0700 "$state"
mkdir -p "$node"/{pki,kubeconfigs,etcd,containerd,kubelet,volumes,cni,logs}
echo node >"$state/via"
echo "$index" >"$state/index"
export cluster cgroup host_ip node_ip pods services first_service
"$here/node/credentials.sh" "$node"
cp "$node/kubeconfigs/admin" "$kubeconfig"
"$here/node/configuration.sh" "$node"
"$here/node/cgroups.sh" make "$cgroup"
"$here/node/sysctls.sh" save
lap "credentials and configuration written"

trap '[ $? = 0 ] || say "the cluster did not come up; look into $node/logs, and end what there is with $here/down.sh"' EXIT
setsid unshare --mount --net --pid --ipc --uts --fork "$here/node/init.sh" "$state" "$kube" "$(folder_of containerd)" "$(folder_of coredns)" \
  </dev/null >"$node/logs/init.log" 2>&1 9>&- &
until_true 60 init_pid || die "the node's first process did not start:" "$(cat "$node/logs/init.log")"
ip link add "$link" type veth peer name eth0 netns "$(init_pid)"
ip address add "$host_ip/30" dev "$link"
ip link set "$link" up
ip route add "$range" via "$node_ip"

until_true 300 kubectl get --raw /readyz --request-timeout=10s || die "the API server is not ready after five minutes"
lap "API server ready at https://$node_ip:6443"
until_true 120 ctr version || die "containerd does not answer"
"$here/../image/archive.sh" localhost/pause:node "$node/pause.tar" "$(folder_of pause)/pause"
"$here/node/load.sh" "$node/pause.tar"
kubectl apply -f "$here/node/storageclass.yaml" >/dev/null
until_true 180 kubectl get node "$cluster" || die "the kubelet has not registered the node"
kubectl wait --for=condition=Ready "node/$cluster" --timeout=180s >/dev/null
lap "node ready"
until_true 180 kubectl get serviceaccount default || die "there is no default service account"
until_true 180 timeout 5 bash -c "exec 3<>/dev/tcp/$node_ip/8181 && printf 'GET /ready HTTP/1.0\r\n\r\n' >&3 && grep -q OK <&3" ||
  die "the cluster's DNS is not ready"
recipe >"$state/recipe"
lap "cluster $cluster is up"
