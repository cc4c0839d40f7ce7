#!/bin/bash
# ^C: said at once, stopped at the next safe point with status 130; dpkg is never stopped half-way; the same command
# goes on from what is there.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

SMALL=(--yes --cuda 11.1 --toolkit-only --profile runtime)

fresh() {
  case_root 20.04
  case_without_archive
}

# ctrl_c: what a terminal does, to all of the foreground's processes.
ctrl_c() { kill -INT -- "-$RUN"; }

# slow_dpkg: apt's dpkg takes its time to begin; /tmp/dpkg-begins tells when.
slow_dpkg() {
  printf 'DPkg::Pre-Invoke {"touch /tmp/dpkg-begins; sleep 3";};\n' >"$ROOT/etc/apt/apt.conf.d/zz-slow"
}

healthy() {
  [ -z "$(root_run "$ROOT" dpkg --audit)" ] || fail 'dpkg was left with unfinished work'
}

row() { printf '%3s  %-26s %s\n' "$STATUS" "$1" "$(grep -E '^(error|refused): ' "$ERR" | head -n 1 || true)"; }

case_serve --faults "$CASE_HOME/faults"

# --- At the question: ^C is an answer, as no is.
# answer KEYS: gives them at the question, on a terminal of its own.
answer() {
  STATUS=0
  python3 - "$1" "$CUDASETUP" install --root "$ROOT" --mirror "nvidia=$NVIDIA" --manifest "$OVERLAY" --cuda 11.1 \
    --toolkit-only --profile runtime >"$ERR" 2>&1 <<'PYTHON' || STATUS=$?
import os
import pty
import select
import signal
import sys
import time

keys = sys.argv[1].encode().decode("unicode_escape").encode()
pid, terminal = pty.fork()
if pid == 0:
    # Ignored where the tests themselves run in the background.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(sys.argv[2], sys.argv[2:])
shown, asked, end = b"", False, time.monotonic() + 20
while time.monotonic() < end:
    if not select.select([terminal], [], [], 0.1)[0]:
        continue
    try:
        piece = os.read(terminal, 4096)
    except OSError:  # the other side is closed
        break
    shown += piece
    if not asked and b"Go ahead? [y/N]" in shown:
        asked = True
        os.write(terminal, keys)
sys.stdout.buffer.write(shown.replace(b"\r", b""))
if time.monotonic() >= end:
    os.kill(pid, 9)
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
PYTHON
}
fresh
changes_mark
answer '\x03'
row '^C at the question'
expect_status 130
expect_err 'not agreed to; nothing was changed'
expect_only_ours
expect_no_simulation
answer '\n'
row 'no word at the question'
expect_status 1
expect_err 'not agreed to; nothing was changed'
expect_err '^  download +[0-9.]+ [kM]?B$'
expect_only_ours

# --- While a file is fetched: nothing was changed yet, and what arrived is kept.
fresh
printf '[{"path": "cuda-repo-ubuntu2004-11-1-local.*deb$", "do": "slow", "bytes_per_second": 10000}]' >"$CASE_HOME/faults"
changes_mark
case_start "${SMALL[@]}" --method local
case_until 20 'the download' cache_holds 8000
started=$SECONDS
ctrl_c
case_finish
row 'while fetching'
expect_status 130
expect_err '^error: interrupted while downloading cuda-repo-ubuntu2004-11-1-local'
expect_err '^hint: .*the same command again'
[ $((SECONDS - started)) -lt 3 ] || fail 'it took too long to stop'
expect_only_ours
setup history
expect_out 'Nothing was done'
printf '[]' >"$CASE_HOME/faults"
: >"$CASE_HOME/requests"
setup install "${SMALL[@]}" --method local
row 'the same command again'
expect_status 0
grep -q '"range": "bytes=[1-9][0-9]*-"' "$CASE_HOME/requests" || fail 'what had arrived was fetched again'

# --- While apt installs: dpkg finishes, then it stops.
fresh
slow_dpkg
case_start "${SMALL[@]}" --method network
case_until 30 'dpkg to begin' test -e "$ROOT/tmp/dpkg-begins"
ctrl_c
case_until 2 'a word about it' grep -q '^stopping at the next safe point' "$RUN_ERR"
case_finish
row 'while apt installs'
expect_status 130
expect_err '^error: stopped '
expect_err '^hint: go on from what is there: sudo cudasetup resume'
healthy
root_run "$ROOT" dpkg-query -W cuda-libraries-11-1 >/dev/null || fail 'apt was stopped half-way'
setup history
expect_out '^0001 .* interrupted '
setup install "${SMALL[@]}" --method network
row 'the same command again'
expect_status 0
healthy
setup history
expect_out '^0001 .* done '

# --- ^C twice: it leaves at once, and apt goes on alone.
fresh
slow_dpkg
case_start "${SMALL[@]}" --method network
case_until 30 'dpkg to begin' test -e "$ROOT/tmp/dpkg-begins"
ctrl_c
sleep 0.3
started=$SECONDS
ctrl_c
case_finish
row 'twice, while apt installs'
expect_status 130
expect_err '^hint: .*the same command again'
[ $((SECONDS - started)) -lt 2 ] || fail 'it did not leave at once'
# What was left running changes the machine, and keeps it locked until it is done: it is waited for, by name, and what it
# did is not done again.
setup install "${SMALL[@]}" --method network
row 'while apt goes on alone'
expect_status 0
expect_err 'waiting for process [0-9]+ \([a-z-]+\), which is changing this machine'
healthy
root_run "$ROOT" dpkg-query -W cuda-libraries-11-1 >/dev/null || fail 'the toolkit is not there'
setup history
expect_out '^0001 .* done '
