#!/usr/bin/env bash
# configuration.sh FOLDER: the configuration files of the node's programs. Paths in them are the node's own (init.sh).
set -euo pipefail
: "${cluster:?}" "${cgroup:?}" "${host_ip:?}" "${node_ip:?}" "${pods:?}" "${services:?}" # up.sh exports them
cp "$(dirname "$0")/services.sh" "$1/"
cd "$1"

for name in cluster host_ip node_ip pods services; do printf '%s=%q\n' "$name" "${!name}"; done >environment

# Without CAP_SYS_RESOURCE (bit 24), as in some sandboxes, nothing may lower its oom_score_adj below what it has.
capabilities=$(sed -n 's/^CapEff:\t//p' /proc/self/status)
if ((0x$capabilities >> 24 & 1)); then restrict=false; else restrict=true; fi

cat >containerd.toml <<TOML
version = 3
root = "/run/node/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.erofs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.nri.v1.nri"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins.'io.containerd.cri.v1.images']
  snapshotter = "overlayfs"
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = "localhost/pause:node"
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = $restrict
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["/run/containerd-bin"]
    conf_dir = "/run/node/cni"
    use_internal_loopback = true
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      SystemdCgroup = false
TOML

# A pair of interfaces per pod and no bridge: traffic between pods is routed, so services work without the br_netfilter module.
cat >cni/pods.conflist <<JSON
{"cniVersion": "1.0.0", "name": "pods", "plugins": [{
  "type": "ptp", "ipMasq": false,
  "ipam": {"type": "host-local", "dataDir": "/run/cni", "ranges": [[{"subnet": "$pods"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON

# Kubernetes 1.35 and later refuse cgroup v1 unless told otherwise; machines with it are still about.
cat >kubelet.yaml <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $node_ip
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: /run/node/pki/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /$cgroup
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
clusterDNS: [$node_ip]
clusterDomain: cluster.local
resolvConf: /run/node/resolv.conf
podLogsDir: /run/node/logs/pods
volumePluginDir: /run/node/volume-plugins
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%, imagefs.inodesFree: 1%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
nodeStatusUpdateFrequency: 5s
YAML
echo "nameserver $node_ip" >resolv.conf

# nf_conntrack_max belongs to the machine and cannot be written from here: zero says to leave it.
cat >kube-proxy.yaml <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
bindAddress: $node_ip
clusterCIDR: $pods
hostnameOverride: $cluster
clientConnection: {kubeconfig: /run/node/kubeconfigs/proxy}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML

cat >Corefile <<COREFILE
.:53 {
  bind $node_ip
  errors
  ready $node_ip:8181
  kubernetes cluster.local in-addr.arpa {
    kubeconfig /run/node/kubeconfigs/admin $cluster
    pods insecure
    ttl 5
  }
  cache 5
}
COREFILE
