#!/bin/bash
# What every case needs: a served world, throw-away roots, cudasetup run on them, and expectations on what a user sees.
# Sourced by the files of cases/, never run. CUDASETUP is the binary under test.
#
#   case_root 20.04                  a fresh root in $ROOT, $SUITE is its base, $TORCH the LibTorch that the world has for it
#   setup install --cuda 11.1 ...    cudasetup on that root and that world; then $STATUS, $OUT and $ERR (files)
#   expect_status 0; expect_out 'regular expression'; expect_err 'regular expression'
#   fail 'what is wrong'             ends the case with both outputs shown
#   skip 'why'                       ends a case that this host cannot run
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2034  # OUT, ERR, STATUS, ROOT, SUITE, TORCH, OPTIONS are for the cases

set -eu -o pipefail

CASE_LIB=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CASE_WORLD=$CASE_LIB/../world
REPOSITORY=$(cd -P "$CASE_LIB/../../.." && pwd)
: "${CUDASETUP:=$REPOSITORY/build/cudasetup}"

# shellcheck source=root.sh
. "$CASE_LIB/root.sh"

CASE_HOME=$ROOT_SESSION/case
mkdir "$CASE_HOME"
OUT=$CASE_HOME/out
ERR=$CASE_HOME/err
STATUS=0
SERVER_PID=
: >"$OUT"
: >"$ERR"

case_end() {
  local status=$?
  [ -z "$SERVER_PID" ] || kill "$SERVER_PID" 2>/dev/null || true
  root_drop_all
  exit "$status"
}
trap case_end EXIT

fail() {
  {
    printf 'FAILED: %s\n' "$*"
    printf -- '--- standard output (end)\n'
    tail -n 40 "$OUT"
    printf -- '--- standard error (end)\n'
    tail -n 40 "$ERR"
  } >&2
  exit 1
}

# skip 'why': ends a case that this host cannot run; it counts as skipped, neither passed nor failed.
skip() {
  printf 'skip: %s\n' "$*"
  exit 125
}

# case_world: where the built world is, made by tests/integration/run or here.
case_world() {
  "$CASE_WORLD/world.sh" "$@"
}

# case_serve [SERVER OPTIONS]: starts the server of this case; $NVIDIA and $PYTORCH are the mirrors.
# shellcheck disable=SC2120  # cases may give options
case_serve() {
  local port_file=$CASE_HOME/port try
  TREE=$(case_world tree)
  OVERLAY=${OVERLAY:-$(case_world overlay)}
  "$CASE_WORLD/archive/server.py" --tree "$TREE" --port-file "$port_file" --parent-pid $$ --log "$CASE_HOME/requests" "$@" &
  SERVER_PID=$!
  for try in $(seq 100); do
    [ ! -s "$port_file" ] || break
    [ "$try" != 100 ] || fail 'the server did not start'
    sleep 0.1
  done
  SERVER=http://127.0.0.1:$(cat "$port_file")
  NVIDIA=$SERVER/nvidia
  PYTORCH=$SERVER/pytorch
}

# case_root OSVERSION: a fresh root that says it is that Ubuntu. $TORCH is the real LibTorch that the served world has for
# it, as 1.7.1+cpu; empty where the suite that it is made from has none.
case_root() {
  SUITE=$(root_suite "$1")
  ROOT=$(root_make "$SUITE" "$1")
  TORCH=$(case_world torch "$1")
}

# case_options OPTIONS...: those options of install in $OPTIONS; LibTorch is left out where the world has none for the root.
case_options() {
  OPTIONS=("$@")
  if [ -z "$TORCH" ] && [[ " $* " != *' --toolkit-only '* ]]; then OPTIONS+=(--toolkit-only); fi
}

# need_torch OSVERSION VERSION: skips a case that is about that LibTorch where the world has another one, or none.
need_torch() {
  [ "$(case_world torch "$1")" = "$2" ] || skip "LibTorch $2 cannot be made from the archive of this host"
}

# run_it COMMAND...: runs it; $STATUS is its status, $OUT and $ERR hold what it printed.
run_it() {
  STATUS=0
  "$@" >"$OUT" 2>"$ERR" </dev/null || STATUS=$?
}

# setup VERB OPTIONS...: cudasetup on $ROOT, with the served world standing for the download hosts.
setup() {
  local verb=$1
  shift
  # shellcheck disable=SC2119
  [ -n "$SERVER_PID" ] || case_serve
  case $verb in
  install | plan | repair | doctor) set -- --mirror "nvidia=$NVIDIA" --mirror "pytorch=$PYTORCH" --manifest "$OVERLAY" "$@" ;;
  esac
  run_it "$CUDASETUP" "$verb" --root "$ROOT" "$@"
}

expect_status() { [ "$STATUS" = "$1" ] || fail "status $STATUS, expected $1"; }
expect_out() { grep -Eq -- "$1" "$OUT" || fail "standard output has no line like: $1"; }
expect_err() { grep -Eq -- "$1" "$ERR" || fail "standard error has no line like: $1"; }
expect_no_out() { ! grep -Eq -- "$1" "$OUT" || fail "standard output has a line like: $1"; }

# expect_same FILE FILE WHAT: two listings are equal.
expect_same() {
  cmp -s "$1" "$2" || {
    diff "$1" "$2" | head -n 40 >&2 || true
    fail "$3"
  }
}

# case_packages ROOT: every package's name, version and state, the holds and the marks of apt.
case_packages() {
  # shellcheck disable=SC2016  # the format is dpkg-query's
  root_run "$1" dpkg-query -W -f '${Package} ${Version} ${Status}\n'
  root_run "$1" apt-mark showhold
  root_run "$1" apt-mark showauto
}

# case_system ROOT: what an installation is compared by: packages, alternatives, and the files people and programs see.
case_system() {
  case_packages "$1"
  root_run "$1" update-alternatives --get-selections | grep -i cuda || true
  # Logs of dpkg's alternatives and caches are not what was installed.
  root_snapshot "$1" | grep -E '^/(etc|opt|usr/local|usr/share/keyrings)/' | grep -Ev '^/etc/ld\.so\.cache' || true
}
