#!/bin/bash
# CUDA 11.1 on 22.04, for which NVIDIA has no packages of it: the runfile, with a g++-10 that its nvcc takes beside the
# newer default. Where the system has no g++-10 that is refused before anything changes; apt alone would take the unknown
# g++-10 for a pattern, and install what happens to match it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"

case_root 22.04
root_run "$ROOT" apt-get update -qq
[ -z "$(root_run "$ROOT" apt-cache search --names-only '^g\+\+-10$')" ] || skip 'this 22.04 has a g++-10'
case_packages "$ROOT" >"$CASE_HOME/before"
setup install --cuda 11.1 --toolkit-only --yes
expect_status 30
expect_err 'method runfile, with g\+\+-10'
expect_err 'Unable to locate package g\+\+-10'
case_packages "$ROOT" >"$CASE_HOME/after"
expect_same "$CASE_HOME/before" "$CASE_HOME/after" 'the refused run changed packages'
[ ! -e "$ROOT/usr/local/cuda-11.1" ] || fail 'the refused run left a toolkit'
