#!/bin/bash
# Two toolkits, of which one goes and the other stays whole; then all of it, and the system is as it was. Undo brings
# back what was uninstalled, and `resume` nothing that is over.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/faults.sh"

# answers NVCC VERSION: that compiler is there and is of that version. The archive's stand-in does no more.
answers() {
  root_run "$ROOT" "$1" --version | grep "release $2," >/dev/null || fail "$1 is not that of CUDA $2"
}

faults_layer 20.04
faults_fresh
setup uninstall --yes
expect_status 0
expect_out '^Nothing to uninstall'
undo_mark
setup install --yes --cuda 11.1 --method network --toolkit-only
expect_status 0
undo_state "$ROOT" >"$CASE_HOME/one"
setup install --yes --cuda 12.4 --method network --toolkit-only
expect_status 0
answers /usr/local/cuda-12.4/bin/nvcc 12.4
undo_state "$ROOT" >"$CASE_HOME/two"

setup uninstall --cuda 10.2 --yes
expect_status 0
expect_out '^Nothing to uninstall'
setup uninstall --cuda 12.4 --dry-run
expect_status 0
sh -n "$OUT"
expect_out 'apt-get purge --yes .* cuda-toolkit-12-4( |$)'
expect_no_out 'cuda-nvcc-11-1'
cp "$OUT" "$CASE_HOME/script"

setup uninstall --cuda 12.4 --yes
expect_status 0
expect_out '^Uninstalled\. .*cudasetup undo 0003'
undo_state "$ROOT" >"$CASE_HOME/one-left"
expect_same "$CASE_HOME/one" "$CASE_HOME/one-left" 'without 12.4 (>) it is not as before it came (<)'
answers /usr/local/cuda/bin/nvcc 11.1
grep -q 'CUDA_HOME=/usr/local/cuda-11.1$' "$ROOT/etc/profile.d/cudasetup.sh" || fail 'new shells do not find what stays'
setup resume
expect_out '^Nothing to go on with'

setup undo --yes
expect_status 0
undo_state "$ROOT" >"$CASE_HOME/two-again"
expect_same "$CASE_HOME/two" "$CASE_HOME/two-again" 'undo did not bring 12.4 back'
answers /usr/local/cuda-12.4/bin/nvcc 12.4

setup uninstall --yes --json
expect_status 0
expect_undone
setup uninstall --yes
expect_status 0
expect_out '^Nothing to uninstall'
setup history
expect_out '^0005 .* done +uninstall '

setup undo --yes
expect_status 0
expect_out '^Transaction 0005 is taken back'
undo_state "$ROOT" >"$CASE_HOME/two-once-more"
expect_same "$CASE_HOME/two" "$CASE_HOME/two-once-more" 'undo did not bring all of it back'

# The script leaves what uninstall leaves.
run_it sh "$CASE_HOME/script"
expect_status 0
undo_state "$ROOT" >"$CASE_HOME/by-script"
expect_same "$CASE_HOME/one" "$CASE_HOME/by-script" 'uninstall (<) and the script (>) left different systems'
