#!/bin/bash
# The local installer is unpacked and its key is not in place yet, as where somebody stopped after the first of NVIDIA's
# commands, or a run was cut off between the two: the plan puts the key there, and the source stays.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

for system in '20.04 11.1' '22.04 11.8' '26.04 13.3'; do
  read -r os cuda <<<"$system"
  rm -rf "$CASE_HOME/tiny" "$CASE_HOME/tiny-torch" "$CASE_HOME/tiny-port"
  OVERLAY=
  faults_prepare "$os" "$cuda" --method local
  faults_fresh
  cp "$TREE"/nvidia/compute/cuda/"$cuda".*/local_installers/cuda-repo-ubuntu"${os/./}"-*_amd64.deb "$ROOT/tmp/local.deb"
  root_run "$ROOT" dpkg -i /tmp/local.deb >"$CASE_HOME/dpkg.log" 2>&1
  rm "$ROOT/tmp/local.deb"
  setup install --yes "${FAULTS_OPTIONS[@]}"
  faults_installed
  undo_state "$ROOT" >"$CASE_HOME/faults-now"
  expect_same "$CASE_HOME/faults-after" "$CASE_HOME/faults-now" "$os: it is not what was planned"
  printf 'ok: %s\n' "$os"
  root_drop "$ROOT"
done
