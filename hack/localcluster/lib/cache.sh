# shellcheck shell=bash
# Where built binaries live: outside the checkout, so that a clean clone finds them, in a folder named after what they are built
# from, so that they are never stale.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pullmode/localcluster
export CGO_ENABLED=0 GOFLAGS="-buildvcs=false -trimpath" GOWORK=off

components=(kubebox containerd coredns pause)

# linker_flags COMPONENT: kubectl, kubelet and apiserver print their version from variables that a release build fills in.
linker_flags() {
  local flags="-s -w" version package
  if [ "$1" = kubebox ]; then
    version=$(sed -n 's#^\tk8s.io/kubernetes \(v[^ ]*\).*#\1#p' "$here/kubebox/go.mod")
    IFS=. read -r major minor _ <<<"${version#v}"
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
      flags+=" -X $package.gitVersion=$version -X $package.gitMajor=$major -X $package.gitMinor=$minor"
      flags+=" -X $package.gitTreeState=archive -X $package.gitCommit=gomod-$version -X $package.buildDate=1970-01-01T00:00:00Z"
    done
  fi
  printf '%s' "$flags"
}

build_tags() { [ "$1" != containerd ] || printf 'no_btrfs,no_zfs,no_devmapper,no_aufs,urfave_cli_no_docs'; }

# folder_of COMPONENT: the folder that holds, or will hold, its binaries.
folder_of() {
  local key
  key=$(cd "$here/$1" && {
    go env GOVERSION GOOS GOARCH
    printf '%s\n' "$GOFLAGS" "$(linker_flags "$1")" "$(build_tags "$1")"
    for file in *; do sha256sum "$file"; done
  } | sha256sum)
  printf '%s/%s-%s' "$cache" "$1" "${key:0:12}"
}
