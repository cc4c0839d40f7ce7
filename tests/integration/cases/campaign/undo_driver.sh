#!/bin/bash
# From one driver to another: the former one's packages return from the installers that were put aside.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

OPTIONS=(--yes --torch none --method network --profile runtime --gpu 10de:1eb8)
faults_layer 20.04 dkms
faults_fresh
undo_mark
setup install "${OPTIONS[@]}" --cuda 11.1 --driver 455
expect_status 0
undo_state "$ROOT" >"$CASE_HOME/first"
setup install "${OPTIONS[@]}" --cuda 12.4 --driver 550
expect_status 0
# shellcheck disable=SC2016  # the format is dpkg-query's
root_run "$ROOT" dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 'nvidia-dkms-*' >"$CASE_HOME/drivers"
[ "$(grep '^ii' "$CASE_HOME/drivers")" = 'ii  nvidia-dkms-550' ] || fail 'the driver was not changed'

setup undo --yes
expect_status 0
undo_state "$ROOT" >"$CASE_HOME/second"
expect_same "$CASE_HOME/first" "$CASE_HOME/second" 'the former driver did not return'
setup uninstall --driver --yes
expect_status 0
# shellcheck disable=SC2016  # the format is dpkg-query's
root_run "$ROOT" dpkg-query -W -f '${Package}\n' >"$CASE_HOME/packages"
! grep -E '^(nvidia-|cuda-drivers|libnvidia-)' "$CASE_HOME/packages" || fail 'something of the driver is left'
grep -x 'cuda-libraries-11-1' "$CASE_HOME/packages" >/dev/null || fail 'the toolkit went with the driver'
setup undo --yes
expect_status 0
undo_state "$ROOT" >"$CASE_HOME/third"
expect_same "$CASE_HOME/first" "$CASE_HOME/third" 'the uninstalled driver did not return'
setup undo --yes
expect_status 0
expect_undone
