#!/bin/bash
# Drivers by real apt, from Ubuntu's archive with the modules it has built, by DKMS, and from NVIDIA's: all of a driver comes
# from one of them, the other's stays out, and taking it back leaves the system as it was.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/driver.sh"
. "$(dirname "$0")/../lib/install.sh"
. "$(dirname "$0")/../lib/machine.sh"
. "$(dirname "$0")/../lib/undo.sh"

ONLY=(--yes --cuda none --torch none)
PIN=/etc/apt/preferences.d/cudasetup-driver

# kernel OSVERSION FLAVOUR [COMPONENT...]: a root with Ubuntu's archive and that kernel.
kernel() {
  local os=$1 flavour=$2
  shift 2
  driver_root "$os" "$@"
  driver_install "linux-image-$flavour" initramfs-tools
  expect_status 0
  # What the packages' scripts make anew in any case.
  mkdir -p "$ROOT/etc/modprobe.d"
  root_run "$ROOT" update-initramfs -u
  undo_mark
}

# driver_versions: the versions of all that the root has of a driver.
driver_versions() {
  # shellcheck disable=SC2016  # the format is dpkg-query's
  root_run "$ROOT" dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\n' |
    awk '$1 == "ii" && $2 ~ /^(nvidia-(driver|dkms|kernel|utils|compute|headless|firmware)|libnvidia)/ { print $3 }' | sort -u
}

taken_back() {
  setup undo --yes
  expect_status 0
  expect_undone
}

# --- 24.04: modules that Ubuntu has built for the kernel that boots, without compiler or DKMS.
kernel 24.04 generic-hwe-24.04
setup install "${ONLY[@]}" --gpu 10de:2684 --driver 580
expect_status 0
expect_package nvidia-utils-580 580.178.04-0ubuntu0.24.04.1
expect_package linux-modules-nvidia-580-open-7.0.0-43-generic ''
expect_package linux-modules-nvidia-580-open-generic-hwe-24.04 ''
expect_no_package dkms 'nvidia-dkms-*' gcc make 'linux-headers-*' cuda-keyring
grep -qx 'Pin: release l=NVIDIA CUDA' "$ROOT$PIN" || fail "NVIDIA's driver is not kept out"
setup install "${ONLY[@]}" --gpu 10de:2684 --driver 580
expect_status 0
expect_out '^Nothing to do'
# A toolkit's archive, which has newer and older drivers of the same names, changes nothing of it.
driver_nvidia
cp "$TREE/nvidia/compute/cuda/repos/ubuntu2404/x86_64/cuda-ubuntu2404.pin" "$ROOT/etc/apt/preferences.d/cuda-repository-pin-600"
run_it root_run "$ROOT" apt-get -s dist-upgrade
expect_no_out '^(Inst|Remv) (lib)?nvidia'
rm "$ROOT/etc/apt/preferences.d/cuda-repository-pin-600" "$ROOT/etc/apt/sources.list.d/cuda-ubuntu2404-x86_64.list" \
  "$ROOT/usr/share/keyrings/cuda-archive-keyring.gpg"
taken_back

# Where DKMS has built the module before, what it built would be found first: it goes, and comes back.
driver_install linux-headers-generic-hwe-24.04 nvidia-headless-580-open nvidia-utils-580
expect_status 0
BUILT=$ROOT/lib/modules/7.0.0-43-generic/updates/dkms/nvidia.ko
[ -e "$BUILT" ] || fail 'DKMS built nothing'
root_run "$ROOT" update-initramfs -u
undo_mark
setup install "${ONLY[@]}" --gpu 10de:2684 --driver 580
expect_status 0
expect_package linux-modules-nvidia-580-open-7.0.0-43-generic ''
expect_no_package 'nvidia-dkms-*'
[ ! -e "$BUILT" ] || fail "DKMS's module is still found first"
taken_back
[ -e "$BUILT" ] || fail "DKMS's module did not come back"
driver_install nvidia-headless-580-open- nvidia-utils-580- nvidia-dkms-580-open- linux-headers-generic-hwe-24.04-
run_it root_run "$ROOT" apt-get autoremove --purge -y
expect_status 0
undo_mark

# What Ubuntu only has as a name for another one is told before anything happens.
setup install "${ONLY[@]}" --gpu 10de:2684 --driver 535
expect_status 1
cat "$OUT" "$ERR" >"$CASE_HOME/said"
grep -q 'nvidia-driver-535 is a transitional package that installs nvidia-driver-580' "$CASE_HOME/said" || fail '535 is not explained'

# --- NVIDIA's: without the pin its own name for 570 would install Ubuntu's 580.
# nouveau has the GPU, and is to have it no more at the next boot.
bus nouveau 2684 nouveau
setup install "${ONLY[@]}" --sys-path "$BUS" --driver 570
expect_status 0
expect_err 'Keep nouveau from the GPU'
grep -qx 'blacklist nova_core' "$ROOT/etc/modprobe.d/cudasetup-nouveau.conf" || fail 'nothing keeps nouveau off'
grep -aq 'Written by cudasetup' "$ROOT/boot/initrd.img-7.0.0-43-generic" || fail 'the initial RAM disk lets nouveau in'
expect_package nvidia-driver-570-open 570.211.01-0ubuntu1
expect_package linux-headers-generic-hwe-24.04 ''
grep -qx 'Pin: release o=Ubuntu' "$ROOT$PIN" || fail "Ubuntu's driver is not kept out"
[ "$(driver_versions)" = 570.211.01-0ubuntu1 ] || fail "of two origins: $(driver_versions)"
# Scripts of the stand-ins of NVIDIA's packages leave the initial RAM disk as it was with the driver; undo renews it.
taken_back
root_drop "$ROOT"

# --- 24.04 without multiverse, where the only driver is that knows this card.
kernel 24.04 generic-hwe-24.04 main restricted universe
setup install "${ONLY[@]}" --gpu 10de:2c09
expect_status 0
grep -q ' noble multiverse$' "$ROOT/etc/apt/sources.list.d/cudasetup-ubuntu.list" || fail 'multiverse was not added'
[ "$(driver_versions)" = 615.71.09-0ubuntu0.24.04.2 ] || fail "not Ubuntu's 615: $(driver_versions)"
taken_back
root_drop "$ROOT"

# --- 22.04: Kepler's driver has no modules built any more.
kernel 22.04 generic
# The folder of DKMS's own work, which the stand-in leaves empty.
mkdir -p "$ROOT/var/lib/dkms"
undo_mark
setup install "${ONLY[@]}" --gpu 10de:102d
expect_status 0
[ "$(driver_versions)" = 470.256.02-0ubuntu0.22.04.6 ] || fail "not Ubuntu's 470: $(driver_versions)"
grep -q '^version=470\.256\.02$' "$ROOT/lib/modules/5.15.0-204-generic/updates/dkms/nvidia.ko" || fail 'no module was built'
taken_back
