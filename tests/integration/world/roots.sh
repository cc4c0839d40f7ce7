#!/bin/bash
# Base roots for the integration tests: the smallest system with apt, made by mmdebstrap from the archive which
# the host itself uses, with the .debs of the tools that plans install already in its apt cache.
#
#   roots.sh build SUITE   makes the base root when it is not there; prints its folder
#   roots.sh path SUITE    prints the folder, built or not
#   roots.sh source SUITE  prints the line of sources.list by which a root takes packages of that suite
#   roots.sh suites        lists what this host can make
#   roots.sh drop SUITE    removes the suite's base roots
#
# A base root lies at WORLD/root/SUITE-DIGEST. The digest is of this file, the archive and the host's apt settings, so
# a changed recipe builds a new one; the folder appears by one rename, so what is there is whole. Never change one:
# tests mount it as a lower layer.
# shellcheck source-path=SCRIPTDIR
set -eu -o pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# What plans may install, where the suite has it; with what they recommend, so that both ways of asking apt find all in the cache.
PREFETCH=(g++ cmake make unzip ca-certificates python3 python3-venv libxml2 pkg-config)

root_path() {
  local archive digest
  archive=$(world_archive)
  world_suite_check "$1" "${archive%% *}"
  digest=$({ cat "$WORLD_HERE/roots.sh" && printf '%s\n' "$1" "$archive" && world_apt_settings && world_source_options; } | world_digest)
  printf '%s/root/%s-%s\n' "$(world_dir)" "$1" "$digest"
}

# The files which make a bootstrapped tree a machine's root; run when mmdebstrap has put back what it diverted.
finish_root() {
  local root=$1
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 0755 "$root/usr/sbin/policy-rc.d"
  printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
  printf 'cudasetup-test\n' >"$root/etc/hostname"
  rm -f "$root/etc/resolv.conf"
  : >"$root/etc/resolv.conf"
}

# A root has no CA bundle, so one that takes packages over https gets the host's for apt alone.
https_options() {
  case $1 in
  https:*)
    # shellcheck disable=SC2016  # $1 is for the hook's shell
    printf '%s\n' '--setup-hook=install -D -m 0644 /etc/ssl/certs/ca-certificates.crt "$1/etc/apt/archive-ca.crt"' \
      '--aptopt=Acquire::https::CAInfo "/etc/apt/archive-ca.crt";'
    ;;
  esac
}

# source_line SUITE: the line of a root's own sources.list for that suite of the host's archive.
source_line() {
  local family uri
  read -r family uri <<<"$(world_archive)"
  printf 'deb [%s] %s %s %s\n' "$({ printf 'signed-by=%s\n' "$(world_keyring "$family")" && world_source_options; } | paste -sd ' ')" \
    "$uri" "$1" "$(world_components "$family")"
}

bootstrap() {
  local suite=$1 root=$2 family uri keyring options=() line
  read -r family uri <<<"$(world_archive)"
  keyring=$(world_keyring "$family")
  [ -f "$WORLD_HOST$keyring" ] || world_fail "$keyring is missing. hint: apt-get install $(world_keyring_package "$family")"
  while read -r line; do options+=("--aptopt=$line"); done < <(world_apt_settings)
  while read -r line; do options+=("$line"); done < <(https_options "$uri")
  # The hook runs in mmdebstrap's shell: its $1 is the new root, and apt is the host's, told to work there.
  # shellcheck disable=SC2016
  mmdebstrap --mode=root --variant=apt --format=directory --quiet \
    --skip=cleanup/apt \
    --customize-hook='export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"; set --; for name in '"${PREFETCH[*]}"'; do
      if apt-cache show "$name" >/dev/null 2>&1; then set -- "$@" "$name"; fi; done
      apt-get --download-only --yes -qq -o APT::Install-Recommends=true install "$@" >/dev/null' \
    "${options[@]}" \
    "$suite" "$root" "$(source_line "$suite")" ||
    world_fail "mmdebstrap could not make $suite from $uri. hint: a signature it cannot check needs a newer $(world_keyring_package "$family")"
}

build() {
  local suite=$1 path temporary
  world_need mmdebstrap mmdebstrap flock util-linux
  world_need_root
  path=$(root_path "$suite")
  if [ ! -d "$path" ]; then
    world_lock "root-$suite"
    mkdir -p "$(dirname "$path")"
  fi
  if [ ! -d "$path" ]; then
    temporary=$(mktemp -d "$(dirname "$path")/.$suite.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf --one-file-system '$temporary'" EXIT
    world_say "making the $suite root"
    bootstrap "$suite" "$temporary/root"
    finish_root "$temporary/root"
    mv -T "$temporary/root" "$path"
    world_drop_others "$path" "$(dirname "$path")/$suite"-*
  fi
  printf '%s\n' "$path"
}

suites() {
  local archive os
  archive=$(world_archive)
  for os in 18.04 20.04 22.04 24.04 26.04; do
    printf '%s\t%s\t%s\n' "$os" "$(world_suite_for "$os")" "$archive"
  done
}

case ${1:-}/$# in
build/2) build "$2" ;;
path/2) root_path "$2" ;;
source/2) source_line "$2" ;;
suites/1) suites ;;
drop/2) world_drop_others '' "$(world_dir)/root/$2"-* ;;
*) world_fail "usage: roots.sh build SUITE | path SUITE | source SUITE | suites | drop SUITE" ;;
esac
