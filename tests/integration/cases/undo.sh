#!/bin/bash
# Taking a transaction back leaves the system as it was: packages, marks, holds, alternatives and every file.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/undo.sh"

case_root 20.04
undo_mark
setup undo --yes
expect_status 0
expect_out '^Nothing to take back'

setup install --yes --cuda 11.1
expect_status 0
expect_out '^cpu-only'

# The plan of an undo is a script, as every plan.
setup undo --dry-run
expect_status 0
sh -n "$OUT"
expect_out '^dpkg --force-remove-reinstreq --purge |^chroot .* dpkg --force-remove-reinstreq --purge '

setup undo --yes
expect_status 0
expect_out '^Transaction 0001 is taken back'
expect_undone
setup history
expect_out '^0002 .* done +undo of 0001$'
setup undo --yes
expect_status 0
expect_out '^Nothing to take back'
