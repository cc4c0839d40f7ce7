#!/bin/bash
# An installation that came with a lower layer of an image, whose directories the overlay file system does not rename:
# uninstalled, and brought back, as anywhere else.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/faults.sh"

faults_prepare 20.04 11.1 --method network
faults_uninstalling
faults_fresh
[ "$(stat -f -c %T "$ROOT")" = overlayfs ] || skip 'this kernel has no overlay file system'
setup uninstall --yes
expect_status 0
[ ! -e "$ROOT/opt/libtorch/$TORCH" ] || fail 'LibTorch is still there'
undo_state "$ROOT" >"$CASE_HOME/uninstalled"
expect_same "$CASE_HOME/faults-after" "$CASE_HOME/uninstalled" 'uninstalled twice, it was not the same'
setup undo --yes
expect_status 0
undo_state "$ROOT" >"$CASE_HOME/again"
expect_same "$CASE_HOME/faults-before" "$CASE_HOME/again" 'undo did not bring it back'
