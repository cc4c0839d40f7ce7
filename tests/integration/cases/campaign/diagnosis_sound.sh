#!/bin/bash
# `doctor` has nothing to say of a system that cudasetup installed on, whatever its release and the method.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"

# sound OSVERSION OPTIONS...: options of install.
sound() {
  local os=$1
  shift
  case_root "$os"
  setup doctor
  [ "$STATUS" = 0 ] || fail "$os, fresh: status $STATUS, expected 0"
  case_options "$@"
  setup install --yes "${OPTIONS[@]}"
  expect_status 0
  setup doctor
  [ "$STATUS" = 0 ] || fail "$os $*: status $STATUS, expected 0"
  expect_out '^Nothing is wrong, as far as it is known here\.$'
  setup status
  expect_status 0
  expect_out '^Toolkits   CUDA .*; in use: /usr/local/cuda leads there'
  expect_out '^Faults     none that is known$'
  root_drop "$ROOT"
}

sound 20.04 --cuda 11.1 --method local
sound 22.04 --cuda 11.8 --method runfile
sound 24.04 --cuda 12.8 --method network
sound 26.04 --cuda latest --method network
