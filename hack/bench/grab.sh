#!/usr/bin/env bash
# grab.sh [ROUNDS]: 200 agents over real connections grab one request, again and again: how long until all of them are
# answered, and that each round had one winner. On one replica with its embedded store, and on two that share an etcd.
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
rounds=${1:-100}
cd "$(dirname "$0")/../.."

etcd=$(hack/localcluster/assets.sh)/etcd
work=$(mktemp -d)
over() {
  [ -z "${pid:-}" ] || { kill "$pid" && wait "$pid"; } 2>/dev/null || true
  rm -rf "$work"
}
trap over EXIT

CGO_ENABLED=0 go build -o "$work/pullmode" ./cmd/pullmode
echo "== one replica, embedded store"
"$work/pullmode" conformance --bench grab --rounds "$rounds"

client=$((20000 + RANDOM % 5000 * 2)) peer=$((client + 1))
"$etcd" --data-dir "$work/data" --listen-client-urls "http://127.0.0.1:$client" --advertise-client-urls "http://127.0.0.1:$client" \
  --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
  --initial-cluster "default=http://127.0.0.1:$peer" >"$work/etcd.log" 2>&1 &
pid=$!
until_true 30 curl --silent --fail "http://127.0.0.1:$client/health" || die "etcd does not answer; its last words:" "$(tail -5 "$work/etcd.log")"
echo "== two replicas, one etcd"
"$work/pullmode" conformance --bench grab --rounds "$rounds" --replicas 2 --etcd "http://127.0.0.1:$client"
