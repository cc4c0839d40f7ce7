#!/bin/bash
# Installations that are killed, as by a power cut, and what resume and undo make of them. Sourced by cases after case.sh.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2034,SC2154  # STATUS, ROOT and the like are case.sh's

. "$CASE_LIB/undo.sh"
. "$CASE_LIB/failures.sh"

# faults_prepare OSVERSION METHOD...: a layer that has Ubuntu's packages already, so that a run takes seconds and no
# network; the options of the installation (its LibTorch is a tiny one, that nothing can compute with); the states
# before, and after an installation that nobody disturbed.
faults_prepare() {
  FAULTS_OS=$1
  shift
  [ -n "$SERVER_PID" ] || case_serve
  case_root "$FAULTS_OS"
  root_run "$ROOT" apt-get update >/dev/null
  root_run "$ROOT" apt-get install -y --no-install-recommends cmake g++ make unzip libxml2 ca-certificates >/dev/null
  root_run "$ROOT" apt-get clean
  case_without_archive
  FAULTS_LAYER=$(root_layer "$ROOT")
  FAULTS_OPTIONS=(--cuda 11.1 --torch 1.7.1+cu110 --profile runtime "$@")
  faults_fresh
  undo_state "$ROOT" >"$CASE_HOME/faults-before"
  local started=$EPOCHREALTIME
  setup install --yes "${FAULTS_OPTIONS[@]}"
  faults_installed
  FAULTS_MILLISECONDS=$(((${EPOCHREALTIME/./} - ${started/./}) / 1000))
  undo_state "$ROOT" >"$CASE_HOME/faults-after"
  root_drop "$ROOT"
}

faults_fresh() { ROOT=$(root_make "$(root_suite "$FAULTS_OS")" "$FAULTS_OS" "$FAULTS_LAYER"); }

# faults_installed: it is all there; the tiny LibTorch fails the verification that follows.
faults_installed() {
  [ "$STATUS" = 40 ] || fail "status $STATUS, expected 40"
  expect_err '^error: installed, but the verification failed'
}

# faults_cut: the power goes: every process that belongs to the run or to the root ends at once.
faults_cut() {
  local pids try
  kill -KILL -- "-$RUN" 2>/dev/null || true
  # One that was just started may not have entered the root yet.
  for try in 1 2 3 4; do
    pids=$(root_processes "$ROOT")
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
    sleep 0.05
  done
  wait "$RUN" 2>/dev/null || true
  RUN=
}

# faults_start COMMAND...: the installation in a session of its own, with the words before it (strace, say).
faults_start() {
  setsid "$@" "$CUDASETUP" install --root "$ROOT" --mirror "nvidia=$NVIDIA" --mirror "pytorch=$PYTORCH" \
    --manifest "$OVERLAY" --yes "${FAULTS_OPTIONS[@]}" >"$OUT" 2>"$ERR" </dev/null &
  RUN=$!
}

# faults_at_sync N: killed at its Nth sync of a file, which every record of the journal ends with. Fails where it never
# came so far.
faults_at_sync() {
  faults_start strace -f -o "$CASE_HOME/strace" -e trace=fsync,fdatasync -e signal=none \
    -e "inject=fsync,fdatasync:signal=KILL:when=$1" --
  local status=0
  wait "$RUN" || status=$?
  faults_cut
  [ "$status" != 40 ]
}

# faults_after MILLISECONDS: killed so long after its start.
faults_after() {
  faults_start env
  sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
  faults_cut
}

# faults_mend WAY WHAT: resume or undo; the root then is as after an installation, or as before.
faults_mend() {
  local expected=$CASE_HOME/faults-before
  if [ "$1" = resume ]; then
    expected=$CASE_HOME/faults-after
    setup resume
    # Killed before the first record, there is nothing to go on with.
    if grep -q '^Nothing to go on with' "$OUT"; then
      setup install --yes "${FAULTS_OPTIONS[@]}"
    fi
    [ "$STATUS" = 40 ] || [ "$STATUS" = 0 ] || fail "$2: resume ended with status $STATUS"
  else
    setup undo --yes
    [ "$STATUS" = 0 ] || fail "$2: undo ended with status $STATUS"
  fi
  undo_state "$ROOT" >"$CASE_HOME/faults-now"
  expect_same "$expected" "$CASE_HOME/faults-now" "$2: after $1 the root is not as it should be"
  root_drop "$ROOT"
}
