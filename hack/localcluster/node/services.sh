# shellcheck shell=bash
# The programs of the node, in the order in which they need each other. Sourced by init.sh; paths are the node's own.
: "${cluster:?}" "${node_ip:?}" "${services:?}"

# No fsync: this etcd holds a test cluster that is thrown away. The product's own store never runs like that.
service etcd --data-dir=/run/node/etcd --unsafe-no-fsync --log-level=warn \
  --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
  --listen-peer-urls=http://127.0.0.1:2380 --initial-advertise-peer-urls=http://127.0.0.1:2380 --initial-cluster=default=http://127.0.0.1:2380

service containerd --config=/run/node/containerd.toml

service kube-apiserver --etcd-servers=http://127.0.0.1:2379 --bind-address=0.0.0.0 --advertise-address="$node_ip" --secure-port=6443 \
  --tls-cert-file=/run/node/pki/apiserver.crt --tls-private-key-file=/run/node/pki/apiserver.key \
  --client-ca-file=/run/node/pki/ca.crt --token-auth-file=/run/node/pki/tokens.csv \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
  --service-cluster-ip-range="$services" --endpoint-reconciler-type=lease \
  --service-account-issuer=https://kubernetes.default.svc \
  --service-account-key-file=/run/node/pki/service-accounts.key --service-account-signing-key-file=/run/node/pki/service-accounts.key \
  --kubelet-client-certificate=/run/node/pki/kubelet-client.crt --kubelet-client-key=/run/node/pki/kubelet-client.key \
  --kubelet-preferred-address-types=InternalIP

until kubectl --kubeconfig=/run/node/kubeconfigs/admin get --raw /readyz >/dev/null 2>&1; do sleep 0.1; done

service kubelet --config=/run/node/kubelet.yaml --kubeconfig=/run/node/kubeconfigs/kubelet --hostname-override="$cluster" \
  --node-ip="$node_ip" --root-dir=/run/node/kubelet --cert-dir=/run/node/kubelet/pki

# Without credentials of their own per controller, the controllers lack permissions: RBAC knows them one by one.
service kube-controller-manager --kubeconfig=/run/node/kubeconfigs/controller-manager --use-service-account-credentials=true \
  --service-account-private-key-file=/run/node/pki/service-accounts.key --root-ca-file=/run/node/pki/ca.crt \
  --leader-elect=false --bind-address=127.0.0.1 --node-monitor-grace-period=20s \
  --kube-api-qps=1000 --kube-api-burst=1000 # the default holds the start back by five seconds

service kube-scheduler --kubeconfig=/run/node/kubeconfigs/scheduler --leader-elect=false --bind-address=127.0.0.1

service kube-proxy --config=/run/node/kube-proxy.yaml

service coredns -conf /run/node/Corefile -quiet

service volume-provisioner --kubeconfig=/run/node/kubeconfigs/admin --folder=/run/node/volumes
