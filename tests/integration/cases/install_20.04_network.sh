#!/bin/bash
# A fresh 20.04: one command, and LibTorch computes. A second run changes nothing and says so.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"

case_root 20.04
setup install --cuda 11.1 --yes
expect_status 0
expect_out 'verified: cpu-only'
expect_out 'ok +torch +matmul'
expect_out 'skip toolkit +nvcc +.*stand-in'
root_run "$ROOT" dpkg-query -W cuda-toolkit-11-1 | grep -q '11\.1\.1-1$' || fail 'the toolkit is not 11.1.1-1'
[ "$(readlink "$ROOT/opt/libtorch/current")" = '1.7.1+cpu' ] || fail 'current does not point to 1.7.1+cpu'

root_snapshot "$ROOT" >"$CASE_HOME/before"
setup install --cuda 11.1 --yes
expect_status 0
expect_out '^Nothing to do'
root_snapshot "$ROOT" >"$CASE_HOME/after"
expect_same "$CASE_HOME/before" "$CASE_HOME/after" 'the second run changed something'

setup history
expect_status 0
expect_out '^0001 .* done '
