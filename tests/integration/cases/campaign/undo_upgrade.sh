#!/bin/bash
# From 11.1 to 12.4 at the same places: LibTorch is replaced in its own. Taken back one after the other, each leaves what
# was there before it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

faults_layer 20.04
faults_fresh
undo_mark
setup install --yes --cuda 11.1 --torch 1.7.1+cu110 --method network --profile runtime --libtorch-dir /opt/torch
faults_installed
undo_state "$ROOT" >"$CASE_HOME/first"
setup install --yes --cuda 12.4 --torch 1.7.1+cpu --abi pre-cxx11 --method network --profile runtime --libtorch-dir /opt/torch
[ "$STATUS" = 40 ] || [ "$STATUS" = 0 ] || fail "status $STATUS"
grep -x '1.7.1+cpu' "$ROOT/opt/torch/build-version" >/dev/null || fail 'LibTorch was not replaced'
[ -d "$ROOT/opt/.cudasetup-0002-torch" ] || fail 'the former LibTorch is not kept'

setup undo --yes
expect_status 0
undo_state "$ROOT" >"$CASE_HOME/second"
expect_same "$CASE_HOME/first" "$CASE_HOME/second" 'the upgrade was not taken back'
setup undo --yes
expect_status 0
expect_undone
[ -z "$(find "$ROOT/opt" -name '.cudasetup*')" ] || fail 'something of a tree is left'
