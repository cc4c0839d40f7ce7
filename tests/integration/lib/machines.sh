#!/bin/bash
# Machines of tests/data/machines/ as trees (machines.py says what they are). Sourced by cases after case.sh.
#
#   machine_list                  their names
#   machine_make NAME DIR         writes the tree of one
#   machine_run DIR VERB...       cudasetup on that machine as if it were the running one: its /proc, /sys and /dev too. It
#                                 starts no process there, since there is none to start: for status, doctor and the like
#   machine_look DIR VERB...      cudasetup on it as on a tree, with --root and --sys-path
# shellcheck disable=SC2154  # CASE_HOME and the like are case.sh's

MACHINES=$CASE_LIB/machines.py

machine_list() { "$MACHINES" list; }
machine_make() { "$MACHINES" make "$@"; }

# machine_program: the binary and what it is linked with, in a folder that goes into the trees.
machine_program() {
  local path
  MACHINE_PROGRAM=$CASE_HOME/program
  [ ! -d "$MACHINE_PROGRAM" ] || return 0
  mkdir "$MACHINE_PROGRAM"
  cp "$CUDASETUP" "$MACHINE_PROGRAM/cudasetup"
  while read -r path; do cp -L "$path" "$MACHINE_PROGRAM/"; done < <(ldd "$CUDASETUP" 2>/dev/null | grep -oE '/[^ ]+')
}

machine_run() {
  local tree=$1 at=/usr/lib/cudasetup-test loader
  shift
  machine_program
  mkdir -p "$tree$at"
  loader=$(find "$MACHINE_PROGRAM" -name 'ld-linux*' -printf '%f')
  set -- "$at/cudasetup" "$@"
  [ -z "$loader" ] || set -- "$at/$loader" --library-path "$at" "$@"
  # The mount ends with the process.
  # shellcheck disable=SC2016  # the inner shell expands it
  unshare --mount --propagation private sh -c 'mount --bind "$1" "$2" && shift && tree=$1 && shift && exec chroot "${tree%/usr/lib/cudasetup-test}" "$@"' \
    sh "$MACHINE_PROGRAM" "$tree$at" "$@"
}

machine_look() {
  local tree=$1 verb=$2
  shift 2
  "$CUDASETUP" "$verb" --root "$tree" --sys-path "$tree/sys" "$@"
}
