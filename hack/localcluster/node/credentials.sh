#!/usr/bin/env bash
# credentials.sh FOLDER: the node's certificate authority, its certificates, and a kubeconfig with a token for each who calls the
# API server.
set -euo pipefail
: "${cluster:?}" "${node_ip:?}" "${first_service:?}" # up.sh exports them
cd "$1"
umask 077

key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
openssl req -x509 "${key[@]}" -keyout pki/ca.key -out pki/ca.crt -days 3650 -subj "/CN=$cluster" 2>/dev/null
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out pki/service-accounts.key 2>/dev/null

# certificate NAME SUBJECT [SUBJECTALTNAME]
certificate() {
  openssl req "${key[@]}" -keyout "pki/$1.key" -subj "$2" 2>/dev/null |
    openssl x509 -req -CA pki/ca.crt -CAkey pki/ca.key -days 3650 -out "pki/$1.crt" \
      -extfile <(printf 'keyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n%s' "${3:+subjectAltName=$3}") 2>/dev/null
}
in_cluster=kubernetes.default.svc
certificate apiserver /CN=kube-apiserver \
  "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:$in_cluster,DNS:$in_cluster.cluster.local,IP:127.0.0.1,IP:$node_ip,IP:$first_service"
certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client

# kubeconfig FILE USER [GROUP]
kubeconfig() {
  local token
  token=$(openssl rand -hex 32)
  printf '%s,%s,%s,"%s"\n' "$token" "$2" "$2" "${3:-}" >>pki/tokens.csv
  cat >"kubeconfigs/$1" <<YAML
apiVersion: v1
kind: Config
current-context: $cluster
clusters: [{name: $cluster, cluster: {server: "https://$node_ip:6443", certificate-authority-data: $(base64 -w0 pki/ca.crt)}}]
users: [{name: $cluster, user: {token: $token}}]
contexts: [{name: $cluster, context: {cluster: $cluster, user: $cluster}}]
YAML
}
kubeconfig admin admin system:masters
kubeconfig controller-manager system:kube-controller-manager
kubeconfig scheduler system:kube-scheduler
kubeconfig kubelet "system:node:$cluster" system:nodes
kubeconfig proxy system:kube-proxy
