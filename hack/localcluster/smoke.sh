#!/usr/bin/env bash
# smoke.sh: checks that the cluster of up.sh does what the product needs of one, with pods as restricted as its own.
#
# Brings the cluster up if it is not, works in a namespace of its own, removes it, and ends with "N passed, N failed".
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"
source "$(dirname "$0")/lib/cluster.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac

via=$(via)
[ "$via" != node ] || PATH=$("$here/assets.sh"):$PATH
work=$(mktemp -d)
namespace=smoke-$$
trap 'kubectl delete namespace $namespace --ignore-not-found --wait=false >/dev/null; rm -rf "$work"' EXIT

(cd "$here/../.." && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$work/smoke" ./hack/localcluster/smoke)
"$here/../image/archive.sh" localhost/pullmode-smoke:local "$work/smoke.tar" "$work/smoke"
KUBECONFIG=$("$here/up.sh" "$work/smoke.tar" | tail -n 1)
export KUBECONFIG

passed=0 failed=0
# check WHAT COMMAND...: within two minutes the command must succeed.
check() {
  local what=$1 end=$((SECONDS + 120)) output
  shift
  until output=$("$@" 2>&1); do
    if [ $SECONDS -ge $end ]; then
      failed=$((failed + 1))
      say "FAIL  $what: ${output:0:400}"
      return
    fi
    sleep 0.2
  done
  passed=$((passed + 1))
  output=${output//$'\n'/ }
  say "ok    $what: ${output:0:100}"
}

k() { kubectl --namespace "$namespace" "$@"; }
in_db() { k exec db-0 -- /smoke "$@"; }
equal() { echo "want '$2', got '$1'" && [ "$1" = "$2" ]; }

kubectl create namespace "$namespace" >/dev/null
kubectl label namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null
k apply -f "$here/smoke/workloads.yaml" >/dev/null
check "deployment is rolled out" k rollout status deployment/web --timeout=25s
check "stateful set with a volume is rolled out" k rollout status statefulset/db --timeout=25s
[ $failed = 0 ] || die "pods do not start, so nothing else can be checked:" "$(k get events --sort-by=.lastTimestamp | tail -n 10)"

refused() { ! k run bad --image=localhost/pullmode-smoke:local >"$work/out" 2>&1 && grep -o 'violates PodSecurity "restricted[^"]*"' "$work/out"; }
check "a pod that may be root is refused" refused

check "DNS: a service, from a pod" in_db lookup "web.$namespace.svc.cluster.local"
check "DNS: a short name, from a pod" in_db lookup web
check "DNS: a pod of a stateful set" in_db lookup db-0.db
check "service, from a pod" in_db get http://web/
check "API server's own service, from a pod" in_db lookup kubernetes.default
address=$(k get service web -o 'jsonpath={.spec.clusterIP}')
if [ "$via" = node ]; then
  check "service, from the machine" "$work/smoke" get "http://$address/"
  check "pod, from the machine" "$work/smoke" get "http://$(k get pod db-0 -o 'jsonpath={.status.podIP}'):8080/"
fi

check "logs" k logs db-0
forwarded() {
  local forward port=
  k port-forward service/web :80 >"$work/forward" 2>&1 &
  forward=$!
  if until_true 60 grep -q 'from 127.0.0.1' "$work/forward"; then
    port=$(sed -n 's/.*from 127.0.0.1:\([0-9]*\).*/\1/p' "$work/forward")
    "$work/smoke" get "http://127.0.0.1:$port/" && set -- ok
  fi
  kill $forward
  wait $forward 2>/dev/null
  [ "${1:-}" = ok ]
}
check "port-forward" forwarded

check "a pod that is not root writes to its volume" in_db write /data/note "kept since $namespace"
identity=$(k get pod db-0 -o 'jsonpath={.metadata.uid}')
k delete pod db-0 >/dev/null
replaced() { [ "$(k get pod db-0 -o 'jsonpath={.metadata.uid}')" != "$identity" ] && k wait --for=condition=Ready pod/db-0 --timeout=20s; }
check "a deleted pod comes back" replaced
kept() { equal "$(in_db read /data/note)" "kept since $namespace"; }
check "its volume keeps the data" kept

in_db get http://127.0.0.1:8080/crash >/dev/null 2>&1 || true # the connection breaks with the process
restarted() { equal "$(k get pod db-0 -o 'jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}')" "1 true"; }
check "a crashed container starts again" restarted
check "its volume keeps the data after the crash" kept

k scale deployment/web --replicas=4 >/dev/null
check "scale" k rollout status deployment/web --timeout=25s
k rollout restart deployment/web >/dev/null
check "rollout restart" k rollout status deployment/web --timeout=25s
check "the kubelet's statistics" kubectl get --raw "/api/v1/nodes/$(kubectl get nodes -o 'jsonpath={.items[0].metadata.name}')/proxy/stats/summary"

volume=$(k get pvc data-db-0 -o 'jsonpath={.spec.volumeName}')
check "the namespace can be deleted" kubectl delete namespace "$namespace" --timeout=120s
no_volume() { equal "$(kubectl get pv "$volume" --ignore-not-found -o name)" ""; }
check "its volume goes with the claim" no_volume

say "$passed passed, $failed failed"
[ $failed = 0 ]
