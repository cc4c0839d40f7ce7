#!/bin/bash
# The road of a driver over a reboot, on a desktop whose GPU nouveau has: what the plan says of it, what the unit then runs
# in the machine that was "rebooted", and what status says before and after: the module is loaded, there is none for the
# kernel, or nouveau has the GPU still.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/docker.sh"
. "$(dirname "$0")/../lib/driver.sh"
. "$(dirname "$0")/../lib/machine.sh"
. "$(dirname "$0")/../lib/undo.sh"

UNIT=/etc/systemd/system/cudasetup-after-boot.service
BOOT=/proc/sys/kernel/random/boot_id
OFF=/etc/modprobe.d/cudasetup-nouveau.conf
KERNEL=$(uname -r)
MODULE=lib/modules/$KERNEL/updates/dkms/nvidia.ko

driver_root 22.04
docker_libraries "$CUDASETUP" | tar -C "$ROOT" -x
cp "$CUDASETUP" "$ROOT/usr/bin/cudasetup"
root_run "$ROOT" ldconfig
root_run "$ROOT" cudasetup --version >"$OUT" 2>"$ERR" || skip 'this binary is for a newer system. hint: ./dev package'
# The kernel that runs is this host's.
driver_install initramfs-tools dkms
expect_status 0
mkdir -p "$ROOT/run/systemd/system" "$ROOT/etc/systemd/system/multi-user.target.wants" "$ROOT/overlay" \
  "$ROOT/etc/modprobe.d" "$ROOT/var/lib/dkms" "$ROOT/lib/modules/$KERNEL/build" "$ROOT/boot"
: >"$ROOT/boot/vmlinuz-$KERNEL"
: >"$ROOT/lib/modules/$KERNEL/build/Makefile"
root_run "$ROOT" update-initramfs -u
undo_mark
BUSES=0

inside() { run_it root_run "$ROOT" "$@"; }

# machine DRIVER [VERSION]: the running machine has a Tesla T4 that DRIVER drives, and NVIDIA's module of that version.
machine() {
  BUSES=$((BUSES + 1))
  bus "sys-$BUSES" 1eb8 "$1"
  [ "$1" = none ] || mkdir -p "$BUS/module/$1"
  rm -f "$ROOT/dev/nvidiactl"
  if [ $# -gt 1 ]; then
    driver "$2"
    : >"$ROOT/dev/nvidiactl"
  fi
  rm -rf "${ROOT:?}"/sys/*
  cp -a "$BUS/." "$ROOT/sys/"
}

# comes DRIVER OPTION...: the driver is installed where DRIVER has the GPU.
comes() {
  machine "$1"
  shift
  mountpoint -q "$ROOT/overlay" || mount --bind "$OVERLAY" "$ROOT/overlay"
  inside cudasetup install --mirror "nvidia=$NVIDIA" --manifest /overlay --cuda none --torch none --driver 570 "$@"
}
# waits: it comes where nouveau has the GPU, and awaits a reboot; status says so.
waits() {
  comes nouveau --yes
  expect_status 10
  cat "$OUT" "$ERR" >"$CASE_HOME/said"
  grep -Eq '^  reboot    needed, before the driver is in use$' "$CASE_HOME/said" || fail 'the reboot is not said before the start'
  expect_err '^error: installed; the driver is loaded by a reboot'
  expect_err 'sudo reboot'
  [ -e "$ROOT/$MODULE" ] || fail 'no module was built'
  inside cudasetup status
  expect_out '^Driver +no NVIDIA driver is loaded$'
  expect_out '^Reboot +needed: nouveau drives 0000:01:00\.0'
  expect_out 'needed: transaction [0-9]+ installed a driver that only a reboot loads'
}

# boots NUMBER: the machine starts anew, and its unit runs what it runs.
boots() {
  printf '0f5ab3a0-9f3e-4f3c-9a51-0d3f0c5f6c%s\n' "$1" >"$CASE_HOME/boot-$1"
  mount --bind "$CASE_HOME/boot-$1" "$ROOT$BOOT"
  local command
  command=$(sed -n 's/^ExecStart=//p' "$ROOT$UNIT")
  [ "$command" = '/usr/bin/cudasetup resume --after-boot' ] || fail "the unit runs '$command'"
  # shellcheck disable=SC2086  # systemd splits it at blanks, too
  inside $command
  [ ! -e "$ROOT$UNIT" ] || fail 'the unit is still there'
}
# afterwards VERDICT: status knows what the check said, and its output is left to be looked at.
afterwards() {
  inside cudasetup status
  expect_out "^ +verified after the reboot: $1\$"
  expect_no_out 'that only a reboot loads'
}
taken_back() {
  ! mountpoint -q "$ROOT$BOOT" || umount "$ROOT$BOOT"
  umount "$ROOT/overlay"
  inside cudasetup undo --yes
  # Scripts of the stand-ins of NVIDIA's packages leave the initial RAM disk as it was with the driver.
  [ "${1:-}" != stale ] || root_run "$ROOT" update-initramfs -u
  expect_undone
  if grep -aq cudasetup "$ROOT/boot/initrd.img-$KERNEL"; then fail 'the initial RAM disk still keeps nouveau off'; fi
}

# --- Nothing has the GPU: the module is loaded at once, and no boot is waited for. What stands for modprobe loads it.
printf '%s\n' '#!/bin/sh' '[ -e /run/loads ] || { echo "modprobe: ERROR: could not insert nvidia: No such device" >&2; exit 1; }' \
  'mkdir -p /sys/module/nvidia && echo 570.211.01 >/sys/module/nvidia/version && : >/dev/nvidiactl' \
  >"$ROOT/usr/local/sbin/modprobe"
chmod 0755 "$ROOT/usr/local/sbin/modprobe"
undo_mark
: >"$ROOT/run/loads"
comes none --dry-run
expect_status 0
expect_out '^modprobe -a nvidia nvidia_uvm'
expect_no_out "$UNIT|$OFF"
comes none --yes
expect_status 40 # what stands for nvidia-smi knows no GPU
expect_out '^ +ok +driver +loaded +the NVIDIA module 570\.211\.01 is loaded$'
[ ! -e "$ROOT$UNIT" ] || fail 'a boot is waited for'
inside cudasetup status
expect_no_out '^Reboot +needed'
taken_back stale
rm "$ROOT/run/loads"
comes none --yes
expect_status 40
expect_err 'could not insert nvidia'
expect_out '^ +FAIL driver +loaded '
taken_back stale

# --- Said before the start.
comes nouveau --dry-run
expect_status 0
expect_out "$OFF"
expect_out '^# Why: nouveau is loaded, and NVIDIA'
expect_out "$UNIT"

# --- The module is loaded: the driver is verified, and nothing is left to do.
waits
grep -qx 'blacklist nouveau' "$ROOT$OFF" || fail 'nothing keeps nouveau off'
grep -aq 'Written by cudasetup' "$ROOT/boot/initrd.img-$KERNEL" || fail 'the initial RAM disk lets nouveau in'
machine nvidia 570.211.01
smi "echo '570.211.01, Tesla T4'"
boots 01
expect_status 0
expect_out '^ +ok +driver +loaded +the NVIDIA module 570\.211\.01 is loaded$'
expect_out '^ +ok +driver +nouveau +nvidia drives 0000:01:00\.0$'
afterwards 'cpu-only|passed|verified'
expect_out '^Reboot +not needed$'
taken_back

# --- There is no module for this kernel.
waits
machine none
rm "$ROOT/$MODULE"
boots 02
expect_status 40
expect_out '^ +FAIL driver +loaded '
expect_out '^ +hint: .*dkms'
afterwards failed
taken_back

# --- nouveau has the GPU still, as where an older initial RAM disk was booted.
waits
machine nouveau
boots 03
expect_status 40
expect_out '^ +FAIL driver +nouveau +nouveau holds the GPU'
expect_out 'initial RAM disk still lets nouveau in: .*sudo update-initramfs -u'
afterwards failed
expect_out '^Reboot +needed: nouveau drives 0000:01:00\.0'
taken_back
