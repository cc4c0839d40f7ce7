#!/bin/bash
# Others work on the machine too: apt's lock is waited for, a second cudasetup is told so, unfinished work of dpkg and
# packages that would have to go are refused before anything changes.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

SMALL=(--yes --cuda 11.1 --toolkit-only --profile runtime)

# hold SECONDS: another program takes dpkg's lock for so long, as apt does; $HOLDER is its process.
hold() {
  rm -f "$CASE_HOME/held"
  python3 - "$ROOT/var/lib/dpkg/lock-frontend" "$1" "$CASE_HOME/held" <<'PYTHON' &
import fcntl
import sys
import time

with open(sys.argv[1], "r+") as lock:
    fcntl.lockf(lock, fcntl.LOCK_EX)
    open(sys.argv[3], "w").close()
    time.sleep(float(sys.argv[2]))
PYTHON
  HOLDER=$!
  case_until 20 'the holder of the lock' test -e "$CASE_HOME/held"
}

fresh() {
  case_root 20.04
  case_without_archive
}

row() { printf '%3s  %-28s %s\n' "$STATUS" "$1" "$(grep -E '^(error|refused): ' "$ERR" | head -n 1 || true)"; }

case_serve --faults "$CASE_HOME/faults"

# --- apt's lock is held for a while: waited for, and who holds it is said.
fresh
hold 9
setup install "${SMALL[@]}" --method network
row 'lock held for a while'
expect_status 0
expect_err "waiting for apt's lock, which process $HOLDER \(python3.*\) holds"
wait "$HOLDER"
root_run "$ROOT" dpkg-query -W cuda-libraries-11-1 >/dev/null || fail 'the toolkit is not there'

# --- It is held for longer than we are to wait: nothing was changed.
fresh
hold 60
changes_mark
started=$SECONDS
setup install "${SMALL[@]}" --method network --lock-timeout 3
row 'lock held for too long'
expect_status 75
expect_err "^error: process $HOLDER \(python3.*\) holds apt's lock$"
expect_err "^hint: .*ps -fp $HOLDER$"
[ $((SECONDS - started)) -lt 30 ] || fail "it waited $((SECONDS - started)) s with --lock-timeout 3"
kill "$HOLDER"
wait "$HOLDER" || true
expect_only_ours
expect_no_simulation
setup history
expect_out '^Nothing was done'
setup install "${SMALL[@]}" --method network
row 'and free again'
expect_status 0
root_run "$ROOT" dpkg-query -W cuda-libraries-11-1 >/dev/null || fail 'the toolkit is not there'

# --- Two cudasetups on one root: the second waits for its turn, for as long as it is told to; the first is not disturbed.
fresh
printf '[{"path": "cuda-repo-ubuntu2004-11-1-local.*deb$", "do": "slow", "bytes_per_second": 20000}]' >"$CASE_HOME/faults"
case_start "${SMALL[@]}" --method local
case_until 20 'the first run to fetch' cache_holds 1
started=$SECONDS
setup install "${SMALL[@]}" --method local --lock-timeout 1
row 'another cudasetup at work'
expect_status 75
expect_err "waiting for process $RUN \(cudasetup.*\), which is changing this machine"
expect_err "^error: process $RUN \(cudasetup.*\) is changing this machine"
expect_err "^hint: .*ps -fp $RUN$"
[ $((SECONDS - started)) -lt 5 ] || fail 'the second cudasetup did not give up in time'
case_finish
row 'the first of the two'
expect_status 0
printf '[]' >"$CASE_HOME/faults"

# --- dpkg was left in the middle of its work.
fresh
if case_dummy half-done -- 'exit 1'; then fail 'the package with a failing script was installed'; fi
grep -q half-done <<<"$(root_run "$ROOT" dpkg --audit)" || fail 'dpkg has no unfinished work'
changes_mark
setup install "${SMALL[@]}" --method network
row 'dpkg has unfinished work'
expect_status 30
# It is mended first; where that fails, it is said what does, and nothing else was done.
expect_err '^\[1/[0-9]+\] Let dpkg finish what it was cut off at'
expect_err 'half-done'
expect_err '^hint: then go on from what is there: sudo cudasetup resume'
[ ! -e "$ROOT/etc/apt/preferences.d/cuda-repository-pin-600" ] || fail 'more was done'
# What kept it from finishing is gone: it goes on.
printf '#!/bin/sh\nexit 0\n' >"$ROOT/var/lib/dpkg/info/half-done.postinst"
setup resume
row 'and can finish it'
expect_status 0
[ -z "$(root_run "$ROOT" dpkg --audit)" ] || fail 'dpkg was left with unfinished work'

# --- apt would have to remove a package that is not NVIDIA's.
fresh
case_dummy site-tool 'Conflicts: libcublas-11-1'
changes_mark
setup install "${SMALL[@]}" --method network
row 'a foreign package would go'
expect_status 30
expect_err "^error: apt would remove packages that are not NVIDIA's: site-tool; nothing was changed"
expect_err '^hint: '
expect_only_ours
expect_no_simulation
root_run "$ROOT" dpkg-query -W site-tool >/dev/null || fail 'the foreign package is gone'

# --- A package of NVIDIA's is on hold at a version that is not the one wanted.
fresh
case_dummy libcublas-11-1
root_run "$ROOT" apt-mark hold libcublas-11-1 >/dev/null
changes_mark
setup install "${SMALL[@]}" --method network
row 'a package on hold'
expect_status 30
expect_err '^hint: '
expect_only_ours
expect_no_simulation
