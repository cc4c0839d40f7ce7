#!/bin/bash
# The world that cases are served from: LibTorch zips, the archive, the manifest overlay. Built once, then kept.
#
#   world.sh build [SUITE...]   everything cases need; SUITEs whose LibTorch must be real (default: all three)
#   world.sh tree               prints the folder that is served
#   world.sh overlay            prints the manifest overlay for it
# shellcheck source-path=SCRIPTDIR

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

HERE=$WORLD_HERE
MANIFESTS=$HERE/../../../manifests
SUITES=(bullseye bookworm trixie)

build() {
  local suite zips=() world
  world=$(world_dir)
  world_lock world
  # Two at a time: a zip takes one core and some waiting.
  printf '%s\n' "$@" | xargs -P 2 -I{} "$HERE/libtorch_zip.sh" build {} >/dev/null
  for suite in "${SUITES[@]}"; do
    # One that an earlier build made stays: the demo needs one suite, and must not take the tests' others away.
    if [[ " $* " = *" $suite "* ]] || [ -f "$world/libtorch-$suite.zip" ]; then
      zips+=(--zip "$suite=$("$HERE/libtorch_zip.sh" build "$suite")")
    fi
  done
  "$HERE/archive/build.py" --out "$world/tree" --variants "${zips[@]}" >&2
  "$HERE/archive/overlay.py" --manifests "$MANIFESTS" --tree "$world/tree" --out "$world/overlay.fresh" >&2
  # Cases of another run may be reading it.
  if diff -rq "$world/overlay.fresh" "$world/overlay" >/dev/null 2>&1; then
    rm -rf "$world/overlay.fresh"
  else
    rm -rf "$world/overlay"
    mv -T "$world/overlay.fresh" "$world/overlay"
  fi
}

case ${1:-} in
build)
  shift
  [ $# -gt 0 ] || set -- "${SUITES[@]}"
  build "$@"
  ;;
tree) printf '%s/tree\n' "$(world_dir)" ;;
overlay) printf '%s/overlay\n' "$(world_dir)" ;;
*) world_fail "usage: world.sh build [SUITE...] | tree | overlay" ;;
esac
