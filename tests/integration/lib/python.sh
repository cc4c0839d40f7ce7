#!/bin/bash
# `install --python`: pip meets the build's exact versions from the served index. Sourced by cases after case.sh.
# The wheels there are stand-ins that cannot compute: what is installed is right, and verifying must still fail.
# shellcheck disable=SC2154  # ROOT, CASE_HOME and the like are case.sh's

# check_python OSVERSION FORM TORCH VISION AUDIO OPTIONS...: FORM is the option that pip must be given for that release;
# VISION and AUDIO are what pip then lists. The environment is /opt/venv.
check_python() {
  local os=$1 form=$2 torch=$3 vision=$4 audio=$5 wanted
  shift 5
  need_torch "$os" "$torch"
  case_root "$os"
  # shellcheck disable=SC2119
  case_serve
  # PyPI, which pip asks too unless a release's index replaces it, has nothing here.
  printf '[global]\nindex-url = %s/no-pypi/simple\n' "$SERVER" >"$ROOT/etc/pip.conf"
  setup install --yes --python /opt/venv "$@"
  expect_status 40
  expect_out "FAIL python +matmul +failed on cpu: module 'torch' has no attribute"
  expect_out '^NOT verified'
  expect_no_out '^cpu-only|^verified'
  # What could be verified was, and only Python failed.
  expect_no_out 'FAIL (driver|toolkit|torch) '
  expect_err '^error: installed, but the verification failed'

  wanted=$(printf '%s\n' "torch==$torch" "torchaudio==$audio" "torchvision==$vision")
  root_run "$ROOT" /opt/venv/bin/python -m pip --disable-pip-version-check list --format freeze 2>"$CASE_HOME/pip" |
    grep '^torch' | LC_ALL=C sort >"$CASE_HOME/listed"
  [ "$(cat "$CASE_HOME/listed")" = "$wanted" ] || fail "pip lists $(tr '\n' ' ' <"$CASE_HOME/listed")"
  grep -F -- '-m pip install ' "$ROOT/var/log/cudasetup/terminal.log" | grep -F -- " $form $PYTORCH/whl/" |
    grep -qF " torch==$torch " || fail "pip was not called with $form and torch==$torch"
  ! root_run "$ROOT" python3 -c 'import torch' 2>/dev/null || fail "the system's own Python has torch"

  root_snapshot "$ROOT" >"$CASE_HOME/before"
  setup install --yes --python /opt/venv "$@"
  expect_status 0
  expect_out '^Nothing to do'
  expect_out '^  python: /opt/venv holds torch of this build'
  root_snapshot "$ROOT" >"$CASE_HOME/after"
  expect_same "$CASE_HOME/before" "$CASE_HOME/after" 'the second run changed something'

  setup verify --level python --python-dir /opt/venv
  expect_status 40
  expect_out 'FAIL python +matmul'
}
