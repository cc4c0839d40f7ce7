#!/bin/bash
# Installations that are killed, as by a power cut, and what resume and undo make of them. Sourced by cases after case.sh.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2034,SC2154  # STATUS, ROOT and the like are case.sh's

. "$CASE_LIB/undo.sh"
. "$CASE_LIB/failures.sh"

FAULTS_CUT=power
FAULTS_FAILURES=0
FAULTS_ID=0001

# faults_layer OSVERSION PACKAGE...: a layer that has Ubuntu's packages already, and these, so that a run takes seconds
# and no network.
faults_layer() {
  FAULTS_OS=$1
  shift
  # shellcheck disable=SC2119
  [ -n "$SERVER_PID" ] || case_serve
  case_root "$FAULTS_OS"
  root_run "$ROOT" apt-get update >/dev/null
  root_run "$ROOT" apt-get install -y --no-install-recommends cmake g++ make unzip libxml2 ca-certificates "$@" >/dev/null
  root_run "$ROOT" apt-get clean
  case_without_archive
  FAULTS_LAYER=$(root_layer "$ROOT")
}

# faults_prepare OSVERSION CUDA OPTIONS...: that layer; the installation as FAULTS_COMMAND (its LibTorch is a tiny one,
# that nothing can compute with); the states before, and after an installation that nobody disturbed.
faults_prepare() {
  local cuda=$2
  faults_layer "$1"
  shift 2
  faults_tiny_torch
  FAULTS_OPTIONS=(--cuda "$cuda" --torch "$TORCH" --driver none --profile runtime "$@")
  [ -z "${CUDASETUP_FAULT_ZIP_MB:-}" ] || FAULTS_OPTIONS+=(--limit-rate 8M)
  FAULTS_COMMAND=(install --yes "${FAULTS_OPTIONS[@]}")
  faults_undisturbed
  root_drop "$ROOT"
}

# faults_undisturbed: FAULTS_COMMAND in a fresh root, which stays; the states before and after, and how long it took.
faults_undisturbed() {
  faults_fresh
  undo_state "$ROOT" >"$CASE_HOME/faults-before"
  local started=$EPOCHREALTIME
  setup "${FAULTS_COMMAND[@]}"
  faults_done
  FAULTS_MILLISECONDS=$(((${EPOCHREALTIME/./} - ${started/./}) / 1000))
  undo_state "$ROOT" >"$CASE_HOME/faults-after"
}

# faults_tiny_torch: $OVERLAY and $PYTORCH give a tiny LibTorch for the root's own, which says that it is that. Its server
# commits the faults of FAULTS_FILE, where that is set. With CUDASETUP_FAULT_ZIP_MB it has a file of so many megabytes
# more, and arrives at 8 MB a second, so that it is under way, and half unpacked, while apt works.
faults_tiny_torch() {
  local tree=$CASE_HOME/tiny
  if [ ! -d "$tree" ]; then
    mkdir -p "$tree/pytorch/libtorch/cpu"
    OVERLAY=$(case_world overlay) overlay_copy tiny-torch >/dev/null
    python3 - "$TREE/pytorch" "$tree/pytorch" "$CASE_HOME/tiny-torch/torch" "$TORCH" "${CUDASETUP_FAULT_ZIP_MB:-0}" <<'PYTHON'
import glob
import hashlib
import json
import os
import sys
import zipfile

world, tree, manifests, torch, megabytes = sys.argv[1:]
version, platform = torch.split("+")
made = os.path.join(tree, "libtorch/cpu/tiny.zip")
with zipfile.ZipFile(glob.glob(world + "/libtorch/cu110/*1.7.1*.zip")[0]) as old, zipfile.ZipFile(made, "w") as new:
    for entry in old.infolist():
        new.writestr(entry, torch + "\n" if entry.filename == "libtorch/build-version" else old.read(entry))
    if int(megabytes) > 0:
        new.writestr("libtorch/lib/large.so", os.urandom(int(megabytes) * 1000000), zipfile.ZIP_DEFLATED)
digest = hashlib.sha256(open(made, "rb").read()).hexdigest()
for path in glob.glob(manifests + "/*.json"):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    for record in document["torch"]:
        for build in record["builds"]:
            if (record["version"], build["platform"]) == (version, platform):
                for each in build["zips"]:
                    each.update(url="https://download.pytorch.org/libtorch/cpu/tiny.zip", sha256=digest,
                                bytes=os.path.getsize(made))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
PYTHON
    "$CASE_WORLD/archive/server.py" --tree "$tree" --port-file "$CASE_HOME/tiny-port" --parent-pid $$ \
      --log "$CASE_HOME/tiny-requests" ${FAULTS_FILE:+--faults "$FAULTS_FILE"} &
    case_until 60 'the second server' test -s "$CASE_HOME/tiny-port"
  fi
  OVERLAY=$CASE_HOME/tiny-torch
  PYTORCH=http://127.0.0.1:$(cat "$CASE_HOME/tiny-port")/pytorch
}

# faults_newer NAME...: an archive of the case's own in the root with a later version, 99, of these installed packages (the
# maintainer's scripts are the same, and there is nothing else in it), which apt takes before NVIDIA's.
faults_newer() {
  local archive=$ROOT/srv/newer tree name script
  mkdir -p "$archive"
  for name; do
    tree=$CASE_HOME/newer-$name
    mkdir -p "$tree/DEBIAN"
    printf '%s\n' "Package: $name" 'Version: 99-1' 'Architecture: all' 'Maintainer: Nobody <nobody@example.org>' \
      'Description: a later version' >"$tree/DEBIAN/control"
    for script in postinst prerm postrm; do
      [ ! -e "$ROOT/var/lib/dpkg/info/$name.$script" ] || cp "$ROOT/var/lib/dpkg/info/$name.$script" "$tree/DEBIAN/$script"
    done
    dpkg-deb -Zxz --root-owner-group --build "$tree" "$archive/${name}_99-1_all.deb" >/dev/null
  done
  (cd "$archive" && dpkg-scanpackages . /dev/null 2>/dev/null >Packages)
  printf 'deb [trusted=yes] file:/srv/newer ./\n' >"$ROOT/etc/apt/sources.list.d/newer.list"
  # NVIDIA's own pin would keep others' versions back by itself.
  printf 'Package: *\nPin: origin ""\nPin-Priority: 700\n' >"$ROOT/etc/apt/preferences.d/newer"
  root_run "$ROOT" apt-get update >/dev/null 2>&1
}

faults_no_newer() { rm -r "$ROOT/srv/newer" "$ROOT/etc/apt/sources.list.d/newer.list" "$ROOT/etc/apt/preferences.d/newer"; }

faults_fresh() { ROOT=$(root_make "$(root_suite "$FAULTS_OS")" "$FAULTS_OS" "$FAULTS_LAYER"); }

# faults_uninstalling: from here on roots have that installation, and it is its uninstalling that is killed.
faults_uninstalling() {
  faults_undisturbed
  FAULTS_LAYER=$(root_layer "$ROOT")
  FAULTS_COMMAND=(uninstall --yes)
  FAULTS_ID=0002
  faults_undisturbed
  root_drop "$ROOT"
}

# faults_done: FAULTS_COMMAND did it.
faults_done() { if [ "${FAULTS_COMMAND[0]}" = install ]; then faults_installed; else expect_status 0; fi; }

# faults_installed: it is all there; the tiny LibTorch fails the verification that follows.
faults_installed() {
  [ "$STATUS" = 40 ] || fail "status $STATUS, expected 40"
  expect_err '^error: installed, but the verification failed'
}

# faults_cut: every process of the run's group ends at once: what apt began goes on alone. Where FAULTS_CUT is power,
# every process in the root ends as well.
faults_cut() {
  local pids try
  kill -KILL -- "-$RUN" 2>/dev/null || true
  # One that was just started may not have entered the root yet.
  for try in 1 2 3 4 5 6; do
    [ "$FAULTS_CUT" = power ] || break
    pids=$(root_processes "${ROOT%/root}")
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
    sleep 0.05
  done
  wait "$RUN" 2>/dev/null || true
  RUN=
}

# faults_start COMMAND...: FAULTS_COMMAND in a session of its own, with the words before it (strace, say).
faults_start() {
  local mirrors=()
  [ "${FAULTS_COMMAND[0]}" != install ] ||
    mirrors=(--mirror "nvidia=$NVIDIA" --mirror "pytorch=$PYTORCH" --manifest "$OVERLAY")
  setsid "$@" "$CUDASETUP" "${FAULTS_COMMAND[@]}" --root "$ROOT" "${mirrors[@]}" >"$OUT" 2>"$ERR" </dev/null &
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
  [ "$status" != 40 ] && [ "$status" != 0 ]
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
      setup "${FAULTS_COMMAND[@]}"
    fi
    [ "$STATUS" = 40 ] || [ "$STATUS" = 0 ] || fail "$2: resume ended with status $STATUS"
  else
    # Killed before its first record, there is no such transaction.
    setup undo --yes "$FAULTS_ID"
    [ "$STATUS" = 0 ] || grep -q "^error: no transaction $FAULTS_ID" "$ERR" || fail "$2: undo ended with status $STATUS"
  fi
  # Killed before the first record, another transaction did it, and what it keeps has its number.
  undo_state "$ROOT" | sed 's/\.cudasetup-0003-/.cudasetup-0002-/' >"$CASE_HOME/faults-now"
  expect_same "$expected" "$CASE_HOME/faults-now" "$2: after $1 the root is not as it should be"
  root_drop "$ROOT"
}

# faults_campaign OSVERSION CUDA: a power cut at every sync of a file (each record of the journal ends with one), and at
# random moments, for the methods network and local; after each `resume` or `undo`, in turn. CUDASETUP_SEED,
# CUDASETUP_FAULT_FROM and CUDASETUP_FAULT_SYNCS (from which sync to which, 1 and 400), CUDASETUP_FAULT_EVERY (3 for every
# third of them, 1),
# CUDASETUP_FAULT_METHODS and CUDASETUP_FAULT_RUNS (random moments a method, 20) may be given.
faults_campaign() {
  local method
  faults_begin
  for method in ${CUDASETUP_FAULT_METHODS:-network local}; do
    faults_prepare "$1" "$2" --method "$method"
    faults_rows "$method"
  done
  faults_end
}

# faults_begin: the seed, once a case.
faults_begin() {
  RANDOM=${CUDASETUP_SEED:-1}
  FAULTS_COUNT=0
  printf 'seed %s, %s random moments a method\n' "${CUDASETUP_SEED:-1}" "${CUDASETUP_FAULT_RUNS:-20}"
}

# faults_rows WHAT: FAULTS_COMMAND cut at every sync and at random moments.
faults_rows() {
  local number moment before=$FAULTS_COUNT
  for ((number = ${CUDASETUP_FAULT_FROM:-1}; number <= ${CUDASETUP_FAULT_SYNCS:-400}; number += ${CUDASETUP_FAULT_EVERY:-1})); do
    faults_fresh
    faults_kind "$((FAULTS_COUNT + 1))"
    if ! faults_at_sync "$number"; then
      root_drop "$ROOT"
      break
    fi
    FAULTS_COUNT=$((FAULTS_COUNT + 1))
    faults_turn "$FAULTS_COUNT" "$1, $FAULTS_CUT cut at sync $number"
  done
  printf '%s: cut at %s syncs, up to the one before %s\n' "$1" "$((FAULTS_COUNT - before))" "$number"
  for ((number = 1; number <= ${CUDASETUP_FAULT_RUNS:-20}; number++)); do
    moment=$((RANDOM * FAULTS_MILLISECONDS / 32768))
    faults_fresh
    FAULTS_COUNT=$((FAULTS_COUNT + 1))
    faults_kind "$FAULTS_COUNT"
    faults_after "$moment"
    faults_turn "$FAULTS_COUNT" "$1, $FAULTS_CUT cut after $moment ms of $FAULTS_MILLISECONDS"
  done
}

faults_end() {
  printf '%s runs, %s of them not mended\n' "$FAULTS_COUNT" "$FAULTS_FAILURES"
  [ "$FAULTS_FAILURES" = 0 ] || fail 'see above'
}

# faults_turn NUMBER WHAT: one more run, mended one way or the other; one that fails is counted, and the next comes.
faults_turn() {
  local way=resume
  [ $(($1 % 2)) = 1 ] || way=undo
  if ! (faults_mend "$way" "$2"); then
    FAULTS_FAILURES=$((FAULTS_FAILURES + 1))
    root_drop "$ROOT"
  fi
}

# faults_kind NUMBER: what is killed in that run.
faults_kind() { if [ $(($1 / 2 % 2)) = 0 ]; then FAULTS_CUT=power; else FAULTS_CUT=group; fi; }
