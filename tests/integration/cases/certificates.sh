#!/bin/bash
# A system without the certificates that https needs: they are installed first and alone, and apt is asked about the rest
# before anything else changes. Whatever then fails, they are all that is new, and the error says so.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

case_serve
case_root 20.04
# Over https nothing comes: nobody listens there. What is served over http needs no certificates.
PYTORCH=https://127.0.0.1:1
REQUEST=(--cuda 11.1 --method network --driver none --torch 1.7.1+cpu)

# A fresh system has no lists of packages either; with them here, ca-certificates is what was planned and nothing else.
root_run "$ROOT" apt-get update -qq
root_run "$ROOT" apt-get install --simulate --no-install-recommends ca-certificates | sed -n 's/^Inst \([^ ]*\) .*/\1/p' |
  LC_ALL=C sort >"$CASE_HOME/expected"
grep -qx ca-certificates "$CASE_HOME/expected" || fail 'the suite has no ca-certificates'
packages() {
  # shellcheck disable=SC2016  # the format is dpkg-query's
  root_run "$ROOT" dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | LC_ALL=C sort
}
packages >"$CASE_HOME/before"
! grep -qx ca-certificates "$CASE_HOME/before" || fail 'the root has certificates already'

setup plan "${REQUEST[@]}" --format text
expect_status 0
awk '/^Steps/ { steps = 1 } steps && /^ +[0-9]+  (Install|Fetch) / { print; exit }' "$OUT" | grep -q ' Install ca-certificates$' ||
  fail 'certificates are not the first thing to be installed or fetched'

# What was new after a failed run, and what it said of it.
expect_only_certificates() {
  packages | LC_ALL=C comm -13 "$CASE_HOME/before" - >"$CASE_HOME/new"
  expect_same "$CASE_HOME/expected" "$CASE_HOME/new" 'something else than the certificates was installed'
  expect_err '^  while: trying out the rest; all that was changed is by "Install ca-certificates"$'
  ! grep -q 'before any change' "$ERR" || fail 'the error says that nothing was changed'
  expect_err '^hint: then go on from what is there: sudo cudasetup resume'
  [ ! -e "$ROOT/usr/local/cuda-11.1" ] || fail 'there is a toolkit'
  [ ! -e "$ROOT/opt/libtorch" ] || fail 'there is a LibTorch'
  [ ! -e "$ROOT/usr/share/keyrings/cuda-archive-keyring.gpg" ] || fail "there is NVIDIA's key"
  expect_no_simulation
}

# The simulation fails: a package that the toolkit needs may not be installed.
printf '%s\n' 'Package: cuda-nvcc-11-1' 'Pin: release *' 'Pin-Priority: -1' >"$ROOT/etc/apt/preferences.d/no-nvcc"
setup install --yes "${REQUEST[@]}"
expect_status 30
expect_err 'cuda-nvcc-11-1 .*but it is not installable'
expect_only_certificates
setup history
expect_out '^0001 .* failed '

# The simulation passes in a second root, and a file cannot be fetched.
case_root 20.04
root_run "$ROOT" apt-get update -qq
setup install --yes "${REQUEST[@]}"
expect_status 20
expect_err '^error: cannot fetch https://127\.0\.0\.1:1/'
expect_only_certificates

# From there the same command goes on, and has no certificates to install any more.
setup plan "${REQUEST[@]}" --format text
expect_status 0
expect_no_out 'ca-certificates'
