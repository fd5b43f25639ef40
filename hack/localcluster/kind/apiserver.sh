#!/usr/bin/env bash
# apiserver.sh stop|start: it is a static pod, which the kubelet runs as long as its manifest is there.
set -euo pipefail
here=$(dirname "$0")
manifests=/etc/kubernetes/manifests

case $1 in
  stop) "$here/inside.sh" bash -euc "mv $manifests/kube-apiserver.yaml /etc/kubernetes/ && pkill -KILL -x kube-apiserver" ;;
  start) "$here/inside.sh" bash -euc "[ ! -e /etc/kubernetes/kube-apiserver.yaml ] || mv /etc/kubernetes/kube-apiserver.yaml $manifests/" ;;
esac
