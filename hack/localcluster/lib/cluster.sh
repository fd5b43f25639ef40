# shellcheck shell=bash
# Which cluster is meant, and where its state lives: in the user's state folder and never in the checkout.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cluster=${PULLMODE_CLUSTER:-pullmode}
[[ $cluster =~ ^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$ ]] ||
  die "PULLMODE_CLUSTER is '$cluster'" "use up to 30 lower-case letters, digits and '-', a letter first"
clusters=${XDG_STATE_HOME:-$HOME/.local/state}/pullmode/clusters
state=$clusters/$cluster
kubeconfig=$state/kubeconfig

# given: the caller names a cluster in KUBECONFIG that none of these scripts has made.
given() { [[ -n ${KUBECONFIG:-} && $KUBECONFIG != "$clusters"/* ]]; }

# via prints which way leads to a cluster, and so the folder whose scripts take it: given, kind or node.
via() {
  if given; then
    echo given
  elif [ -n "${PULLMODE_VIA:-}" ]; then
    [ -e "$here/$PULLMODE_VIA/up.sh" ] || die "PULLMODE_VIA is '$PULLMODE_VIA'" "use kind or node, or leave it unset"
    echo "$PULLMODE_VIA"
  elif [ -e "$state/via" ]; then
    cat "$state/via"
  elif docker info >/dev/null 2>&1 && command -v kind >/dev/null; then
    echo kind
  elif [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ]; then
    echo node
  else
    die "no way to a Kubernetes cluster from here; any one of these is enough:" \
      "- a cluster that runs: export KUBECONFIG=<its file>" \
      "- a docker engine that answers 'docker info', and kind: go install sigs.k8s.io/kind@v0.33.0" \
      "- Linux and root: sudo -E $here/up.sh"
  fi
}
