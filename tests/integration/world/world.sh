#!/bin/bash
# The world that cases are served from: roots, LibTorch zips, the archive, the manifest overlay. Built once, then kept.
#
#   world.sh build [OSVERSION...]   everything that cases on these Ubuntu releases need (default: all five)
#   world.sh tree                   prints the folder that is served
#   world.sh overlay                prints the manifest overlay for it
#   world.sh systems                prints the file that says what the roots are
#   world.sh torch OSVERSION        prints the real LibTorch that the root for that Ubuntu has, as 1.7.1+cpu; nothing where
#                                   the suite it is made from has none
#
# WORLD/systems has a line each: Ubuntu release, suite, glibc, gcc of the suite's g++, LibTorch or "-".
# shellcheck source-path=SCRIPTDIR

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

HERE=$WORLD_HERE
MANIFESTS=$HERE/../../../manifests
SYSTEMS=(18.04 20.04 22.04 24.04 26.04)

# package_of FILE NAME: prints the version of a package in a file of dpkg's or apt's stanzas, without epoch and revision.
package_of() {
  awk -v name="$2" '$1 == "Package:" { mine = $2 == name } mine && $1 == "Version:" && !said { print $2; said = 1 }' "$1" |
    sed -E 's/^[0-9]+://; s/-[^-]*$//'
}

# describe SUITE: the line of WORLD/systems, without the Ubuntu release.
describe() {
  local root torch
  root=$("$HERE/roots.sh" path "$1")
  torch=$("$HERE/libtorch_zip.sh" version "$1")
  [ -z "$torch" ] || torch+=+cpu
  printf '%s\t%s\t%s\t%s\n' "$1" "$(package_of "$root/var/lib/dpkg/status" libc6)" \
    "$(package_of <(cat "$root"/var/lib/apt/lists/*_Packages) g++)" "${torch:--}"
}

# is_there SUITE: an earlier build made its root, and its zip where it has one.
is_there() {
  [ -d "$("$HERE/roots.sh" path "$1")" ] || return 1
  [ -z "$("$HERE/libtorch_zip.sh" version "$1")" ] || [ -f "$(world_dir)/libtorch-$1.zip" ]
}

# put NEW OLD: NEW takes OLD's place where it says something else: cases of another run may be reading it.
put() {
  if diff -rq "$1" "$2" >/dev/null 2>&1; then
    rm -rf "$1"
  else
    rm -rf "$2"
    mv -T "$1" "$2"
  fi
}

build() {
  local os suite torch suites=() zips=() world said='' about
  world=$(world_dir)
  world_lock world
  for os in "$@"; do
    suite=$(world_suite_for "$os")
    [[ " ${suites[*]} " = *" $suite "* ]] || suites+=("$suite")
  done
  # Two at a time: a zip takes one core and some waiting.
  # shellcheck disable=SC2016  # for the inner shell
  printf '%s\n' "${suites[@]}" | xargs -P 2 -I{} bash -c 'set -e
    "$1/roots.sh" build "$2" >/dev/null
    if [ -n "$("$1/libtorch_zip.sh" version "$2")" ]; then "$1/libtorch_zip.sh" build "$2" >/dev/null
    else echo "world.sh: $2 has no libtorch-dev: its cases go without LibTorch" >&2; fi' _ "$HERE" {}
  # What an earlier build made stays: the demo needs one system, and must not take the tests' others away.
  for os in "${SYSTEMS[@]}"; do
    suite=$(world_suite_for "$os")
    if [ "$suite" != "$said" ]; then
      said=$suite
      about=
      if [[ " ${suites[*]} " = *" $suite "* ]] || is_there "$suite"; then about=$(describe "$suite"); fi
    fi
    [ -z "$about" ] || printf '%s\t%s\n' "$os" "$about"
  done >"$world/systems.fresh"
  while read -r suite torch; do
    zips+=(--zip "${torch%+cpu}=$("$HERE/libtorch_zip.sh" build "$suite")")
  done < <(awk '$5 != "-" && !seen[$5]++ { print $2, $5 }' "$world/systems.fresh")
  put "$world/systems.fresh" "$world/systems"
  "$HERE/archive/build.py" --out "$world/tree" --variants "${zips[@]}" >&2
  "$HERE/archive/overlay.py" --manifests "$MANIFESTS" --tree "$world/tree" --systems "$world/systems" --out "$world/overlay.fresh" >&2
  put "$world/overlay.fresh" "$world/overlay"
}

case ${1:-}/$# in
build/*)
  shift
  [ $# -gt 0 ] || set -- "${SYSTEMS[@]}"
  build "$@"
  ;;
tree/1) printf '%s/tree\n' "$(world_dir)" ;;
overlay/1) printf '%s/overlay\n' "$(world_dir)" ;;
systems/1) printf '%s/systems\n' "$(world_dir)" ;;
torch/2) awk -v os="$2" '$1 == os && $5 != "-" { print $5 }' "$(world_dir)/systems" ;;
*) world_fail "usage: world.sh build [OSVERSION...] | tree | overlay | systems | torch OSVERSION" ;;
esac
