#!/bin/bash
# What somebody changed since is not overwritten: a package that an upgrade moved, a file of ours that was edited. Undo
# names it, with the choice, and does nothing; then, where that is agreed to, all the rest.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/faults.sh"

# but_for PATTERN: the state without lines that have it.
but_for() { undo_state "$ROOT" | grep -v -- "$1"; }

# refused REGEX: undo says so, and changes nothing.
refused() {
  undo_state "$ROOT" >"$CASE_HOME/changed"
  setup undo --yes
  expect_status 1
  expect_err '^error: transaction 000. cannot be taken back exactly; nothing was changed$'
  expect_err "$1"
  expect_err '^hint: .*--allow-inexact-undo'
  undo_state "$ROOT" >"$CASE_HOME/refused"
  expect_same "$CASE_HOME/changed" "$CASE_HOME/refused" 'a refusal changed something'
}

faults_layer 20.04
faults_fresh
but_for cudasetup >"$CASE_HOME/before"
setup install --yes --cuda 11.1.0 --method network --toolkit-only
expect_status 0
but_for cuda-toolkit-11-1 >"$CASE_HOME/first"
setup install --yes --cuda 11.1.1 --method network --toolkit-only --no-hold
expect_status 0

# An upgrade in between.
faults_newer cuda-toolkit-11-1
root_run "$ROOT" apt-get upgrade --yes >/dev/null 2>&1
faults_no_newer
# shellcheck disable=SC2016  # a command for people
refused 'cuda-toolkit-11-1: has become 99-1 since, and stays so; `sudo chroot .* apt-get install --allow-downgrades cuda-toolkit-11-1=11\.1\.'
setup undo --yes --allow-inexact-undo
expect_status 0
but_for cuda-toolkit-11-1 >"$CASE_HOME/rest"
expect_same "$CASE_HOME/first" "$CASE_HOME/rest" 'the rest was not taken back'
root_run "$ROOT" dpkg-query -W cuda-toolkit-11-1 >"$CASE_HOME/version"
grep '99-1$' "$CASE_HOME/version" >/dev/null || fail 'the upgraded package was moved'

# An edit in between.
printf '# of the user\n' >>"$ROOT/etc/profile.d/cudasetup.sh"
# shellcheck disable=SC2016  # a command for people
refused '/etc/profile.d/cudasetup.sh: was changed since, and stays as it is; `sudo chroot .* rm -r /etc/profile.d/cudasetup.sh` removes it'
setup undo --yes --allow-inexact-undo
expect_status 0
but_for cudasetup >"$CASE_HOME/after"
expect_same "$CASE_HOME/before" "$CASE_HOME/after" 'the rest was not taken back'
grep -x '# of the user' "$ROOT/etc/profile.d/cudasetup.sh" >/dev/null || fail 'the edited file was overwritten'
