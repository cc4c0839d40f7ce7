#!/bin/bash
# What others have set in apt: packages on hold and pins that keep a plan from being are named, with what ends them, before
# anything changes; and an archive that gives other files than its index describes for a while does not stop an installation.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

SMALL=(--cuda 11.8 --toolkit-only --profile runtime --method network)

# faults JSON: what the server does wrong from now on.
faults() {
  printf '%s' "$1" >"$CASE_HOME/faults.new"
  mv "$CASE_HOME/faults.new" "$CASE_HOME/faults"
}

case_serve --faults "$CASE_HOME/faults"
faults '[]'
case_root 22.04
case_without_archive
for name in cmake g++ make unzip; do case_dummy "$name"; done

# --- On hold: what is asked for itself
case_dummy cuda-libraries-11-8
root_run "$ROOT" apt-mark hold cuda-libraries-11-8 >/dev/null
setup plan --format text "${SMALL[@]}"
expect_status 0
expect_out 'cuda-libraries-11-8: is on hold at 1\.0, and would have to change'
changes_mark
setup install --yes "${SMALL[@]}"
expect_status 30
expect_err '^error: packages are on hold that would have to change: cuda-libraries-11-8; nothing was changed$'
expect_err "^hint: .*: chroot $ROOT apt-mark unhold cuda-libraries-11-8$"
expect_only_ours
root_run "$ROOT" apt-mark unhold cuda-libraries-11-8 >/dev/null
root_run "$ROOT" dpkg --purge cuda-libraries-11-8 >/dev/null 2>&1

# --- On hold: what only the closure needs
case_dummy libcublas-11-8
root_run "$ROOT" apt-mark hold libcublas-11-8 >/dev/null
changes_mark
setup install --yes "${SMALL[@]}"
expect_status 30
expect_err '^error: packages are on hold that would have to change: libcublas-11-8$'
expect_err "^hint: .*: chroot $ROOT apt-mark unhold libcublas-11-8$"
expect_only_ours
expect_no_simulation
root_run "$ROOT" apt-mark unhold libcublas-11-8 >/dev/null
root_run "$ROOT" dpkg --purge libcublas-11-8 >/dev/null 2>&1

# --- A pin of somebody's, and one that is in nobody's way
printf 'Package: libcublas-*\nPin: release *\nPin-Priority: -1\n' >"$ROOT/etc/apt/preferences.d/vendor"
printf 'Package: firefox*\nPin: release *\nPin-Priority: -1\n' >"$ROOT/etc/apt/preferences.d/browser"
changes_mark
setup install --yes "${SMALL[@]}"
expect_status 30
expect_err '^error: pins of apt keep packages from being installed: /etc/apt/preferences\.d/vendor$'
expect_err "^hint: .*: chroot $ROOT mv /etc/apt/preferences\.d/vendor /etc/apt/preferences\.d/vendor\.disabled$"
expect_only_ours
expect_no_simulation
rm "$ROOT/etc/apt/preferences.d/vendor"

# --- An index that does not fit for a while, then packages that neither we beforehand (once, and twice) nor apt can have
# as the index describes them
faults '[{"path": "ubuntu2204/x86_64/Packages", "do": "wrong-bytes", "times": 1},
         {"path": "/libcufft-11-8_.*deb$", "do": 404, "times": 2}, {"path": "/libcurand-11-8_.*deb$", "do": "wrong-bytes", "times": 3}]'
setup install --yes "${SMALL[@]}"
expect_status 0
expect_err 'an archive gave an index that does not fit the rest of it .*; trying again in 5 s'
expect_err 'apt could not have all packages as its index describes them; fetching [0-9]+ by address and digest'
root_run "$ROOT" dpkg-query -W cuda-libraries-11-8 libcufft-11-8 libcurand-11-8 >/dev/null || fail 'the toolkit is not there'
