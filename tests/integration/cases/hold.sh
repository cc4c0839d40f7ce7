#!/bin/bash
# What was asked for to its last number stays: an archive that has a newer version, upgraded or fully upgraded, moves neither the toolkit nor what it depends on. A later installation of ours
# lets it go first; undo takes the hold back with the rest.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/faults.sh"

# version NAME: of that package, as it is installed.
# shellcheck disable=SC2016  # the format is dpkg-query's
version() { root_run "$ROOT" dpkg-query -W -f '${Version}' "$1"; }

# upgraded COMMAND...: apt's upgrade moves it.
upgraded() {
  root_run "$ROOT" apt-get "$@" --yes --simulate >"$CASE_HOME/upgrade"
  grep -E '^Inst cuda-' "$CASE_HOME/upgrade" >/dev/null
}

faults_layer 20.04
faults_fresh
undo_mark
setup install --yes --cuda 11.1.1 --method network --toolkit-only
expect_status 0
root_run "$ROOT" apt-mark showhold >"$CASE_HOME/holds"
grep -x 'cuda-toolkit-11-1' "$CASE_HOME/holds" >/dev/null || fail 'the toolkit is not held'
nvcc=$(version cuda-nvcc-11-1)
faults_newer cuda-toolkit-11-1 cuda-nvcc-11-1
! upgraded upgrade || fail 'an upgrade moves what is held'
! upgraded dist-upgrade || fail 'a full upgrade moves what is held'
root_run "$ROOT" apt-get upgrade --yes >/dev/null 2>&1
[ "$(version cuda-nvcc-11-1)" = "$nvcc" ] || fail 'what the toolkit depends on was moved'

# The proof that it is the hold: without it both move.
setup install --yes --cuda 11.1.1 --method network --toolkit-only --no-hold
expect_status 0
root_run "$ROOT" apt-mark showhold >"$CASE_HOME/holds"
[ ! -s "$CASE_HOME/holds" ] || fail 'something is still held'
upgraded upgrade || fail 'without the hold nothing moves: the case proves nothing'

# Undone: held again, then all of it gone.
setup undo --yes
expect_status 0
! upgraded upgrade || fail 'undo did not bring the hold back'
faults_no_newer
setup undo --yes
expect_status 0
expect_undone
