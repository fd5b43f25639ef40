#!/usr/bin/env bash
# run.sh [GO TEST FLAGS...]: the end-to-end suite, on a cluster of its own that is taken down afterwards.
#
# Which cluster is decided by hack/localcluster/up.sh; one that KUBECONFIG names is used and left as it was found, but for the
# operator that is installed in it.
#   E2E_KEEP=1    keep the cluster, to look at what a failure left
#   E2E_REPEAT=n  run the suite n times on it
#   E2E_LONG=1    also what takes as long as a feed is kept, ten minutes: R2 of the conformance suite
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$checkout"
export PULLMODE_CLUSTER=${PULLMODE_CLUSTER:-pullmode-e2e}

over() {
  local code=$?
  if [ "$code" != 0 ] && [ -n "${KUBECONFIG:-}" ]; then
    say "== what the cluster looked like"
    "$KUBECTL" get pods,statefulsets,pullmode --all-namespaces >&2 || true
    "$KUBECTL" --namespace pullmode-system logs deployment/pullmode-operator --tail=100 >&2 || true
    "$KUBECTL" get events --all-namespaces --sort-by=.lastTimestamp >&2 2>&1 | tail -40 >&2 || true
  fi
  if [ -n "${E2E_KEEP:-}" ]; then
    say "the cluster $PULLMODE_CLUSTER is kept; take it down with: PULLMODE_CLUSTER=$PULLMODE_CLUSTER hack/localcluster/down.sh"
  else
    hack/localcluster/down.sh 2>/dev/null || hack/localcluster/down.sh || true # quiet where all went well: the suite has the last word
  fi
  exit "$code"
}
trap over EXIT

KUBECTL=$(hack/localcluster/assets.sh)/kubectl
kubeconfig=$(hack/cluster/install.sh)
export KUBECTL KUBECONFIG=$kubeconfig
filter=()
if ! hack/localcluster/inside.sh true 2>/dev/null; then
  say "NOT TRIED HERE: faults for which one has to go into the node (label \"node\"). A cluster of our own takes them: unset KUBECONFIG."
  filter=(-ginkgo.label-filter='!node')
fi
for ((run = 0; run < ${E2E_REPEAT:-1}; run++)); do
  go test -v -tags e2e -count=1 -timeout 120m ./hack/e2e -ginkgo.v "${filter[@]}" "$@"
done
