#!/usr/bin/env bash
# build.sh [COMPONENT...]: builds what the local cluster runs, once, into the user's cache folder.
#
# Components: kubebox (etcd, Kubernetes, kubectl), containerd (with its CNI plugins), coredns, pause. Default: all of them, and
# on a Debian or Ubuntu machine, as root, also the few packages that the node takes from the distribution.
#
# With empty caches it compiles for some minutes. It may run in the background (`build.sh &`): the last line of the progress file
# says what it is at. Broken off, it goes on where it was. Nothing to do takes a fraction of a second.
set -euo pipefail
source "$(dirname "$0")/lib/say.sh"
source "$(dirname "$0")/lib/cache.sh"

case "${1:-}" in -h | --help) usage && exit ;; esac
[ $# -gt 0 ] || set -- "${components[@]}"
for component; do
  [ -e "$here/$component/go.mod" ] || die "there is no component $component" "choose of: ${components[*]}"
done
[ "$(uname -s)" = Linux ] || die "the local cluster and its binaries are for Linux only" \
  "for tests against an API server set KUBEBUILDER_ASSETS, for example to what 'setup-envtest use -p path' prints"
command -v go >/dev/null || die "go is missing" "install Go 1.26 or later: https://go.dev/dl"

progress=$cache/progress
mkdir -p "$cache"

# report LINE: one more line of progress, for the terminal and for whoever reads the file.
report() {
  say "$1"
  printf '%s\n' "$1" >>"$progress"
}

# since SECONDS: minutes and seconds from then to now.
since() { printf '%d:%02d' $(((SECONDS - $1) / 60)) $(((SECONDS - $1) % 60)); }

# one_at_a_time waits for another build of the same user: two would only take each other's processors.
one_at_a_time() {
  exec 9>"$cache/lock"
  until flock -w 10 9; do say "waiting for another build: $(tail -n 1 "$progress" 2>/dev/null)"; done
}

packages_of() { if [ "$1" = containerd ]; then (cd "$here/$1" && go list tool); else echo .; fi; }

# compile COMPONENT FOLDER: go build, with a line every few seconds. -v prints a line for each package compiled.
compile() {
  local component=$1 out=$2 log=$cache/$1.log packages start=$SECONDS told=$SECONDS compiler
  mapfile -t packages < <(packages_of "$component")
  (cd "$here/$component" && exec go build -v -tags "$(build_tags "$component")" -ldflags "$(linker_flags "$component")" -o "$out/" "${packages[@]}") >"$log" 2>&1 &
  compiler=$!
  # shellcheck disable=SC2064 # the process meant is this one, not what the variable may hold later
  trap "kill $compiler 2>/dev/null" EXIT
  while kill -0 "$compiler" 2>/dev/null; do
    sleep 0.5
    ((SECONDS >= told + 5)) || continue
    told=$SECONDS
    report "$(printf '%s: %s, %d packages compiled, at %s' "$component" "$(since "$start")" "$(grep -vc '^go: ' "$log")" "$(tail -n 1 "$log")")"
  done
  trap - EXIT
  wait "$compiler" || die "building $component failed:" "$(tail -n 20 "$log")" "run $0 $component again: what is compiled stays compiled"
}

# name_programs FOLDER: kubebox acts as the program it is called by.
name_programs() {
  local name
  for name in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl volume-provisioner; do
    ln -s kubebox "$1/$name"
  done
}

# build COMPONENT: into a folder aside that is renamed when it is whole, so that nobody ever sees half of it.
build() {
  local component=$1 folder start=$SECONDS
  folder=$(folder_of "$component")
  [ ! -d "$folder" ] || return 0
  rm -rf "$folder".part && mkdir -p "$folder".part
  report "$component: building (how far: tail -f $progress)"
  compile "$component" "$folder".part
  [ "$component" != kubebox ] || name_programs "$folder".part
  # read-only: whoever builds onto one of these names by mistake is refused instead of heard much later
  find "$folder".part -type f -exec chmod a-w {} +
  mv "$folder".part "$folder"
  report "$component: built in $(since "$start")"
}

missing=0
for component; do [ -d "$(folder_of "$component")" ] || missing=1; done
if [ $missing = 1 ]; then
  one_at_a_time
  : >"$progress"
  for component; do build "$component"; done
fi
for component; do
  [ "$component" != containerd ] || "$here/node/packages.sh"
  printf '%s\n' "$(folder_of "$component")"
done
