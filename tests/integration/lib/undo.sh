#!/bin/bash
# What a machine is before a transaction, and that taking it back leaves the machine so. Sourced by cases after case.sh.
# shellcheck disable=SC2154  # STATUS, ROOT and the like are case.sh's

# undo_state ROOT: everything an undo has to bring back: all files with mode, owner and digest, but for logs, caches,
# the bookkeeping of apt and dpkg, ld.so.cache and what programs leave in /tmp and /run; packages, marks, holds and
# alternatives.
undo_state() {
  case_packages "$1"
  root_run "$1" dpkg --get-selections
  root_run "$1" update-alternatives --get-selections
  root_snapshot "$1" |
    grep -Ev $'^/(var/log|var/cache|var/lib/(apt|dpkg|cudasetup|ucf|systemd)|run|tmp|dev|proc|sys)(/|\t)' |
    grep -Ev $'^/(etc/ld\\.so\\.cache|var/lib/update-notifier)\t' |
    grep -Ev $'/__pycache__(/|\t)' || true
}

undo_mark() { undo_state "$ROOT" >"$CASE_HOME/before-all"; }

expect_undone() {
  undo_state "$ROOT" >"$CASE_HOME/after-all"
  expect_same "$CASE_HOME/before-all" "$CASE_HOME/after-all" 'taking back did not leave the system as it was'
  [ "$(wc -l <"$CASE_HOME/before-all")" -gt 500 ] || fail 'the comparison saw too little to mean anything'
}
