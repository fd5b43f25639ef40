#!/usr/bin/env bash
# assets.sh: prints the folder with kube-apiserver, etcd and kubectl, to be used as KUBEBUILDER_ASSETS.
#
# It is $KUBEBUILDER_ASSETS where that is set, otherwise the cached build of the local cluster, which is made now if there is none.
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for program in kube-apiserver etcd; do
    [ -x "$KUBEBUILDER_ASSETS/$program" ] || die "KUBEBUILDER_ASSETS is $KUBEBUILDER_ASSETS, and there is no $program in it" \
      "unset it to use the local cluster's own binaries"
  done
  printf '%s\n' "$KUBEBUILDER_ASSETS"
  exit
fi
"$(dirname "$0")/build.sh" kubebox
