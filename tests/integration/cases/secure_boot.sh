#!/bin/bash
# Secure Boot and a driver that DKMS builds: refused where nobody would be at the console, else the key is given to the
# firmware before the driver comes; what is said after a boot with somebody at the console and after one without; taken back.
# Modules that Ubuntu has signed need none of it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/docker.sh"
. "$(dirname "$0")/../lib/driver.sh"
. "$(dirname "$0")/../lib/install.sh"
. "$(dirname "$0")/../lib/undo.sh"

PASSWORD='one-time 4711'
KEY=/var/lib/shim-signed/mok/MOK.der
BOOT=/proc/sys/kernel/random/boot_id
KERNEL=$(uname -r)
VARIABLES=sys/firmware/efi/efivars

# The kernel that runs is this host's, for which Ubuntu has built no modules.
driver_root 22.04
docker_libraries "$CUDASETUP" | tar -C "$ROOT" -x
cp "$CUDASETUP" "$ROOT/usr/bin/cudasetup"
root_run "$ROOT" ldconfig
root_run "$ROOT" cudasetup --version >"$OUT" 2>"$ERR" || skip 'this binary is for a newer system. hint: ./dev package'
driver_install initramfs-tools
expect_status 0
mkdir -p "$ROOT/run/systemd/system" "$ROOT/etc/modprobe.d" "$ROOT/etc/systemd/system/multi-user.target.wants" \
  "$ROOT/var/lib/dkms" "$ROOT/var/lib/cudasetup-test" "$ROOT/lib/modules/$KERNEL/build" "$ROOT/boot"
: >"$ROOT/boot/vmlinuz-$KERNEL"
: >"$ROOT/lib/modules/$KERNEL/build/Makefile"
driver_secure_boot on
printf "\6\0\0\0the vendor's" >"$ROOT/$VARIABLES/$DRIVER_MOK_LIST"
DEVICE=$ROOT/sys/bus/pci/devices/0000:01:00.0
mkdir -p "$DEVICE" "$ROOT/sys/module/ext4"
printf '0x10de\n' >"$DEVICE/vendor"
printf '0x2684\n' >"$DEVICE/device"
printf '0x030200\n' >"$DEVICE/class"
root_run "$ROOT" update-initramfs -u
undo_mark

inside() { run_it root_run "$ROOT" "$@"; }
install() { inside cudasetup install --cuda none --torch none --driver 580 "$@"; }
# install_with PASSWORD: the same, agreed to, with that line at descriptor 7.
install_with() {
  STATUS=0
  root_run "$ROOT" cudasetup install --cuda none --torch none --driver 580 --yes --mok-password-fd 7 \
    7<<<"$1" >"$OUT" 2>"$ERR" </dev/null || STATUS=$?
}
# at_terminal ANSWER...: somebody installs at the root's console, and types these at the questions, one each.
at_terminal() {
  STATUS=0
  python3 - "$ROOT" "$@" >"$OUT" 2>"$ERR" <<'PERSON' || STATUS=$?
import os, pty, re, sys
root, answers = sys.argv[1], sys.argv[2:]
process, terminal = pty.fork()
if process == 0:
    os.chroot(root)
    os.chdir("/")
    os.execv("/usr/bin/cudasetup", "cudasetup install --cuda none --torch none --driver 580 --reboot no".split())
seen = b""
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    sys.stdout.buffer.write(piece)
    seen += piece
    if answers and re.search(rb"(: |\? \[y/N\] )$", seen):
        os.write(terminal, answers.pop(0).encode() + b"\n")
        seen = b""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
PERSON
}
# boot: the machine starts anew, and its unit does its work.
boot() {
  umount "$ROOT$BOOT" 2>/dev/null || true
  cat /proc/sys/kernel/random/uuid >"$CASE_HOME/boot"
  mount --bind "$CASE_HOME/boot" "$ROOT$BOOT"
  inside cudasetup resume --after-boot
}
expect_nowhere() {
  if grep -raF "$1" "$ROOT/var/lib/cudasetup" "$ROOT/var/log" "$ROOT/var/cache/cudasetup" "$ROOT/etc" "$ROOT/run" "$OUT" "$ERR" 2>/dev/null
  then fail 'the password lies there'; fi
}

# --- Refused: nobody can be asked, or --no-mok. Nothing changes.
install --yes
expect_status 11
expect_err 'Key was rejected by service'
expect_err '^hint: .*--mok-password-fd 0'
install --yes --no-mok
expect_status 11
install_with short
expect_status 3
expect_err '8 to 16 characters'
expect_undone

# --- The script has the same steps, and asks by itself.
install --dry-run
expect_status 0
expect_out "^mokutil --import $KEY$"

# --- Given to the firmware, and the driver comes; then a boot with nobody at the console.
install_with "$PASSWORD"
expect_status 10
expect_err '"Enroll MOK"'
expect_nowhere "$PASSWORD"
grep -q 'mokutil --import' "$ROOT/var/log/cudasetup/terminal.log" || fail 'the log does not have the command'
grep -qa 'stand-in certificate' "$ROOT/$VARIABLES/$DRIVER_MOK_NEW" || fail 'the firmware was given no key'
tail -n 1 "$ROOT/lib/modules/$KERNEL/updates/dkms/nvidia.ko" | grep -q '^~Module signature appended~$' || fail 'the module is not signed'
inside cudasetup status
expect_out "Secure Boot is on; the key of modules that are built here waits for the next boot's console"
driver_console_missed
boot
expect_status 40
expect_out '^ +FAIL driver +secure-boot .*is not enrolled'
expect_out "sudo mokutil --import $KEY"
inside cudasetup doctor
expect_out 'its key is not enrolled'

# --- Asked for again, this time with somebody there, who mistypes once.
at_terminal "$PASSWORD" "$PASSWORD, or so" "$PASSWORD" "$PASSWORD" y
expect_status 10
expect_out 'These were two different ones'
expect_nowhere "$PASSWORD"
driver_console "$PASSWORD"
mkdir -p "$ROOT/sys/module/nvidia"
echo 580.178.04 >"$ROOT/sys/module/nvidia/version"
boot
expect_out '^ +ok +driver +secure-boot .*is enrolled'
inside cudasetup status
expect_out 'the key of modules that are built here is enrolled'
umount "$ROOT$BOOT"

# --- Taken back: the first leaves a key that the firmware knows, and says so.
inside cudasetup undo --yes
inside cudasetup undo --yes
expect_err "^$KEY stays: the firmware knows this key"
[ -e "$ROOT$KEY" ] || fail 'the key that the firmware knows is gone'
rm -r "$ROOT/var/lib/shim-signed" "$ROOT/sys/module/nvidia"
printf "\6\0\0\0the vendor's" >"$ROOT/$VARIABLES/$DRIVER_MOK_LIST"
expect_undone

# --- Cut off between the two: the key waits, and going on needs no password any more.
driver_dkms_fails "$KERNEL"
install_with "$PASSWORD"
expect_status 30
[ -e "$ROOT/$VARIABLES/$DRIVER_MOK_NEW" ] || fail 'the firmware was not asked before the driver came'
driver_dkms_works
rmdir "$ROOT/etc/cudasetup-test"
inside cudasetup resume
expect_status 10
expect_err 'somebody has to be at the console'
expect_nowhere "$PASSWORD"
[ -e "$ROOT/lib/modules/$KERNEL/updates/dkms/nvidia.ko" ] || fail 'the driver did not come'
inside cudasetup undo --yes
[ ! -e "$ROOT/$VARIABLES/$DRIVER_MOK_NEW" ] || fail 'the next boot would still ask for the key'
expect_undone

# --- A request that waits is taken back, and so is the key, exactly.
install_with "$PASSWORD"
expect_status 10
inside cudasetup undo --yes
[ ! -e "$ROOT/$VARIABLES/$DRIVER_MOK_NEW" ] || fail 'the next boot would still ask for the key'
expect_undone

# --- Avoided: modules that Ubuntu has built and signed.
mv "$ROOT/boot/vmlinuz-$KERNEL" "$ROOT/boot/vmlinuz-5.15.0-204-generic"
setup install --dry-run --cuda none --torch none --driver 580 --sys-path "$ROOT/sys" --no-mok
expect_status 0
expect_out 'linux-modules-nvidia-580-open-5.15.0-204-generic'
expect_no_out 'mokutil|update-secureboot-policy'
