#!/bin/bash
# The script that a dry run prints, run by sh, and `install` leave two equal fresh roots equal.
# Sourced by cases after case.sh.
# shellcheck disable=SC2154  # STATUS, ROOT and the like are case.sh's

# check_equivalence OSVERSION OPTIONS...: options of `cudasetup install`.
check_equivalence() {
  local os=$1 installed script=$CASE_HOME/script.sh
  shift
  case_root "$os"
  installed=$ROOT
  case_options "$@"
  set -- "${OPTIONS[@]}"
  setup install --yes "$@"
  expect_status 0
  expect_out '^cpu-only'
  case_system "$installed" >"$CASE_HOME/by-install"

  case_root "$os"
  setup plan "$@"
  expect_status 0
  cp "$OUT" "$script"
  run_it sh "$script"
  expect_status 0
  case_system "$ROOT" >"$CASE_HOME/by-script"
  expect_same "$CASE_HOME/by-install" "$CASE_HOME/by-script" 'install (<) and the script (>) left different systems'
  [ "$(wc -l <"$CASE_HOME/by-install")" -gt 500 ] || fail 'the comparison saw too little to mean anything'
  # Planned again there is nothing left: what the script did is what install would have done.
  setup install --yes "$@"
  expect_status 0
  expect_out '^Nothing to do'
}
