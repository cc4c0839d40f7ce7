#!/bin/bash
# One installation from a fresh root to a verified one, and again with nothing left to do.
# Sourced by cases after case.sh.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2154  # ROOT, CASE_HOME and the like are case.sh's

# check_install OSVERSION OPTIONS...: options of `cudasetup install`. BEFORE is a command that prepares the fresh root. The root
# stays, for more to be looked at.
check_install() {
  local os=$1
  shift
  case_root "$os"
  ${BEFORE:-true}
  case_options "$@"
  set -- "${OPTIONS[@]}"
  : >"$CASE_HOME/started"
  setup install --yes "$@"
  expect_status 0
  check_verdict "$@"
  check_no_driver
  root_snapshot "$ROOT" >"$CASE_HOME/before"
  setup install --yes "$@"
  expect_status 0
  expect_out '^Nothing to do'
  root_snapshot "$ROOT" >"$CASE_HOME/after"
  expect_same "$CASE_HOME/before" "$CASE_HOME/after" 'the second run changed something'
  setup history
  expect_status 0
  expect_out '^0001 .* done '
  [ "$(wc -l <"$OUT")" = 1 ] || fail 'a run with nothing to do is in the history'
  check_host_untouched
}

# check_verdict OPTIONS...: LibTorch computed where it was asked for; the stand-in nvcc of the test archive is no proof.
check_verdict() {
  expect_out '^cpu-only'
  expect_out 'skip toolkit +nvcc +.*is a script.* compiles no device code here'
  expect_no_out '(ok|FAIL) +toolkit'
  case " $* " in
  *' --toolkit-only '*) expect_no_out '^ +[a-zA-Z]+ +torch' ;;
  *)
    for test in tree build elementwise reduction matmul convolution; do expect_out "ok +torch +$test"; done
    ;;
  esac
}

# check_no_driver: the cases' requests name no GPU, so that nothing of a driver may come along.
check_no_driver() {
  local found
  # shellcheck disable=SC2016  # the format is dpkg-query's
  found=$(root_run "$ROOT" dpkg-query -W -f '${Package}\n' | grep -E '^(cuda-drivers|nvidia-driver|nvidia-dkms|nvidia-kernel|libnvidia-compute)' || true)
  [ -z "$found" ] || fail "a driver was installed: $found"
}

# check_host_untouched: where cudasetup writes in a root, nothing of the host changed since $CASE_HOME/started.
check_host_untouched() {
  local place found
  for place in /etc/apt /opt/libtorch /var/lib/cudasetup /var/cache/cudasetup /var/log/cudasetup /run/cudasetup.lock; do
    [ -e "$place" ] || continue
    found=$(find "$place" -xdev -newer "$CASE_HOME/started" -print -quit)
    [ -z "$found" ] || fail "outside the root this changed: $found"
  done
}

# expect_package NAME VERSION: dpkg of the root has it, configured, at that version ('' for any).
expect_package() {
  local found
  # shellcheck disable=SC2016  # the format is dpkg-query's
  found=$(root_run "$ROOT" dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>&1) || fail "$1 is not installed"
  [ "${found%% *}" = installed ] || fail "$1 is '$found'"
  [ -z "$2" ] || [ "$found" = "installed $2" ] || fail "$1: '$found', expected version $2"
}

# expect_torch: /opt/libtorch/current is the LibTorch that the world has for this root.
expect_torch() {
  [ -z "$TORCH" ] || [ "$(readlink "$ROOT/opt/libtorch/current")" = "$TORCH" ] || fail "current does not point to $TORCH"
}

# expect_no_package PATTERN...: dpkg of the root has none of them.
expect_no_package() {
  local found
  # shellcheck disable=SC2016  # the format is dpkg-query's
  found=$(root_run "$ROOT" dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | grep '^installed ' || true)
  [ -z "$found" ] || fail "these are packages: $found"
}

# expect_toolkit MINOR: the toolkit is in its place, and is what /usr/local/cuda leads to.
expect_toolkit() {
  [ -x "$ROOT/usr/local/cuda-$1/bin/nvcc" ] || fail "there is no nvcc in /usr/local/cuda-$1"
  [ "$(root_run "$ROOT" readlink -f /usr/local/cuda)" = "/usr/local/cuda-$1" ] || fail "/usr/local/cuda is not that of $1"
}
