#!/bin/bash
# A driver is there from the next boot on: status 10, and a unit that has the boot verify it and then removes itself.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/docker.sh"
. "$(dirname "$0")/../lib/undo.sh"

UNIT=/etc/systemd/system/cudasetup-after-boot.service
LINK=/etc/systemd/system/multi-user.target.wants/cudasetup-after-boot.service
BOOT=/proc/sys/kernel/random/boot_id

# The running system is the root itself here, with this program in it and systemd as what booted it.
case_root 22.04
docker_libraries "$CUDASETUP" | tar -C "$ROOT" -x
cp "$CUDASETUP" "$ROOT/usr/bin/cudasetup"
root_run "$ROOT" ldconfig
root_run "$ROOT" cudasetup --version >"$OUT" 2>"$ERR" || skip 'this binary is for a newer system. hint: ./dev package'
case_serve
# kmod, which every Ubuntu has, brings the last one.
mkdir -p "$ROOT/run/systemd/system" "$ROOT/overlay" "$ROOT/etc/modprobe.d"
undo_mark
mount --bind "$OVERLAY" "$ROOT/overlay"

inside() { run_it root_run "$ROOT" "$@"; }
install() {
  inside cudasetup install --mirror "nvidia=$NVIDIA" --manifest /overlay --cuda none --torch none --gpu 10de:1eb8 "$@"
}

install --dry-run
expect_status 0
expect_out "$UNIT"

install --yes
expect_status 10
expect_err '^error: installed; the driver is loaded by a reboot'
# systemd looks whether what is to be run is there, and has its own units on the host alone.
sed "s,/usr/bin/cudasetup,$CUDASETUP," "$ROOT$UNIT" >"$CASE_HOME/${UNIT##*/}"
run_it systemd-analyze verify --man=no "$CASE_HOME/${UNIT##*/}"
expect_status 0
[ "$(readlink "$ROOT$LINK")" = "$UNIT" ] || fail 'the next boot will not start the unit'
command=$(sed -n 's/^ExecStart=//p' "$ROOT$UNIT")
[ "$command" = '/usr/bin/cudasetup resume --after-boot' ] || fail "the unit runs '$command'"
inside cudasetup history
expect_out '^0001 .* done .*\(awaits a reboot\)$'

# Before the reboot nothing is verified, and the unit stays.
inside cudasetup resume
expect_status 10
[ -e "$ROOT$UNIT" ] || fail 'the unit is gone before the reboot'

# Another boot. No GPU is there, so that the driver cannot be loaded: what the check says is kept.
echo 0f5ab3a0-9f3e-4f3c-9a51-0d3f0c5f6c11 >"$CASE_HOME/boot"
mount --bind "$CASE_HOME/boot" "$ROOT$BOOT"
# shellcheck disable=SC2086  # systemd splits it at blanks, too
inside $command
expect_out '^(cpu-only|failed|passed)'
verdict=$(grep -Eo '^(cpu-only|failed|passed)' "$OUT" | head -n 1)
if [ -e "$ROOT$UNIT" ] || [ -L "$ROOT$LINK" ]; then fail 'the unit is still there'; fi
inside cudasetup history 0001
expect_out "^  verified after the reboot: $verdict$"

umount "$ROOT$BOOT" "$ROOT/overlay"
inside cudasetup undo --yes
expect_status 10
expect_undone
