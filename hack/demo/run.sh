#!/usr/bin/env bash
# run.sh: the demo. A real cluster, the operator in it, config/samples applied, and then the story of a comment on a
# Facebook page as it happens. It fails where anything is not as the story says.
#
# A first run builds Kubernetes from source where there is no docker engine, which takes some minutes; it shows how far it is.
set -euo pipefail
source "$(dirname "$0")/../localcluster/lib/say.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$checkout"
namespace=pullmode-demo

say "== 1 of 3: a cluster with the operator in it"
KUBECONFIG=$(hack/cluster/install.sh)
export KUBECONFIG
KUBECTL=$(hack/localcluster/assets.sh)/kubectl
export KUBECTL
k() { "$KUBECTL" --namespace "$namespace" "$@"; }
image=$(k --namespace pullmode-system get deployment --output jsonpath='{.items[0].spec.template.spec.containers[0].image}')

say "== 2 of 3: config/samples, and a development issuer that agents sign in with"
"$KUBECTL" create namespace "$namespace" --dry-run=client --output yaml | "$KUBECTL" apply --server-side --filename - >&2
"$KUBECTL" label namespace "$namespace" --overwrite pod-security.kubernetes.io/enforce=restricted >&2
"$KUBECTL" kustomize config/samples/issuer | sed "s#localhost/pullmode:dev#$image#g" | k apply --server-side --filename - >&2
k apply --server-side --kustomize config/samples >&2
k rollout status deployment/pullmode-issuer --timeout=300s >&2
k wait --for=condition=Ready --timeout=300s routingruntime,mediaroutingdomain,worklist,channel,agentsubscription --all >&2
k rollout status statefulset/main --timeout=300s >&2
k get pullmode >&2
lap "everything is Ready"

say "== 3 of 3: the story"
go run ./hack/demo --namespace "$namespace"

cat <<END

That was the product. It still runs; look around:

  export KUBECONFIG=$KUBECONFIG
  alias kubectl=$KUBECTL
  kubectl -n $namespace get pullmode                      # what is declared, and whether it is served
  kubectl -n $namespace describe channel c2               # conditions say what is wrong, and what to do
  kubectl explain worklist.spec                           # the manual
  kubectl -n $namespace port-forward service/main 8080:80             # the runtime
  kubectl -n $namespace port-forward service/pullmode-issuer 8081:80  # the issuer, in another terminal

  http://127.0.0.1:8080/desk/                             # the agents' web inbox, in a browser: sign in as alice, or as bob

  go run ./cmd/pullmode agent --url http://127.0.0.1:8080 --issuer http://127.0.0.1:8081 --as alice
  go run ./cmd/pullmode send  --url http://127.0.0.1:8080 --channel c2 --key sample-key-that-everybody-knows --customer mary "Hello"

Take it down, leaving nothing behind:  make demo-down
END
