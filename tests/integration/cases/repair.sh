#!/bin/bash
# Broken sources of NVIDIA's: `repair repo` mends them, takes nothing else along and can be taken back; an installation
# mends by itself what stands in its way. All states on all kinds of apt: campaign/repair_*.sh.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/repair.sh"

repair_begin 22.04
for state in old_key_by_apt_key conflict_in_sources_list local_installer_is_gone sound; do check_state "$state"; done

# --- In an installation: apt refuses everything, and the key is the old one.
case_root 22.04
case_without_archive
for name in cmake g++ make unzip; do case_dummy "$name"; done
state_conflict
key old /usr/share/keyrings/cuda-archive-keyring.gpg
system >"$CASE_HOME/system-before"
setup install --yes --cuda 11.8 --toolkit-only --profile runtime --method network
expect_status 0
expect_err '^  - /etc/apt/sources\.list\.d/.*: NVIDIA signs the archive with'
expect_err "Switch off what is wrong with apt's sources of NVIDIA's"
root_run "$ROOT" dpkg-query -W cuda-libraries-11-8 >/dev/null || fail 'the toolkit is not there'
apt_reads
[ "$APT$SAID" = 0 ] || fail "apt complains after the installation: $SAID"
setup history
expect_out '^0001 .* done +install '
system >"$CASE_HOME/by-install"
setup undo --yes
expect_status 0
system >"$CASE_HOME/system-after"
expect_same "$CASE_HOME/system-before" "$CASE_HOME/system-after" 'taking back did not leave what was before'

# The script that a dry run prints mends the same.
setup plan --cuda 11.8 --toolkit-only --profile runtime --method network
expect_status 0
cp "$OUT" "$CASE_HOME/script"
run_it sh "$CASE_HOME/script"
expect_status 0
system >"$CASE_HOME/by-script"
expect_same "$CASE_HOME/by-install" "$CASE_HOME/by-script" 'install (<) and its script (>) left different systems'
