#!/bin/bash
# The archive that plays Ubuntu's for drivers, asked by real apt: what the facts say of names, transitional packages, prebuilt
# modules and traps is what apt answers, and what is installed leaves what the real packages leave. cudasetup has no part in it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/driver.sh"

# prebuilt F KERNEL FLAVOUR: driver and modules in one transaction need neither DKMS nor a compiler.
prebuilt() {
  driver_simulate "nvidia-driver-$1" "linux-modules-nvidia-$1-$3"
  expect_status 0
  expect_inst "linux-modules-nvidia-$1-$2"
  expect_inst "linux-objects-nvidia-$1-$2"
  expect_inst "linux-signatures-nvidia-$2"
  expect_no_inst 'dkms|gcc|make|linux-headers.*|nvidia-dkms.*|linux-image.*'
}

# by_dkms F: the driver alone brings DKMS and a compiler, and no headers.
by_dkms() {
  driver_simulate "nvidia-driver-$1"
  expect_status 0
  expect_inst "nvidia-dkms-$1"
  expect_inst dkms
  expect_inst gcc
  expect_no_inst 'linux-modules-nvidia.*|linux-headers.*'
}

# becomes OLD NEW VERSION: who asks for the old driver gets the new one.
becomes() {
  driver_simulate "nvidia-driver-$1"
  expect_status 0
  expect_inst "nvidia-driver-$1"
  expect_inst "nvidia-driver-$2" "$3"
}

# refused WORDS PACKAGE...: apt cannot do that, and says so.
refused() {
  local words=$1
  shift
  driver_simulate "$@"
  expect_status 100
  cat "$OUT" "$ERR" >"$CASE_HOME/said"
  grep -E -- "$words" "$CASE_HOME/said" >/dev/null || fail "apt does not say: $words"
}

installed() {
  driver_install "$@"
  expect_status 0
}

# holds FILE WORDS: a file of the root has such a line.
holds() { grep -aE -- "$2" "$ROOT$1" >/dev/null || fail "$1 has no line like: $2"; }
gone() { if [ -e "$ROOT$1" ]; then fail "$1 is still there"; fi; }

# --- 20.04
driver_root 20.04
installed linux-image-generic
prebuilt 470 5.4.0-216-generic generic
prebuilt 535-server-open 5.4.0-216-generic generic
by_dkms 470
becomes 525 535 535.230.02-0ubuntu0.20.04.1
becomes 460-server 470-server 470.256.02-0ubuntu0.20.04.1
root_drop "$ROOT"

# --- 22.04: what is in multiverse is not found without it; Kepler's prebuilt modules are lost.
driver_root 22.04 main restricted
refused 'Unable to locate package nvidia-driver-595-open|has no installation candidate' nvidia-driver-595-open
root_drop "$ROOT"
driver_root 22.04
installed linux-image-generic
prebuilt 580-open 5.15.0-204-generic generic
prebuilt 595-server-open 5.15.0-204-generic generic
prebuilt 390 5.15.0-204-generic generic
by_dkms 580
by_dkms 545
becomes 535 580 580.178.04-0ubuntu0.22.04.1
becomes 550-server 580-server 580.178.04-0ubuntu0.22.04.1
becomes 610 615-open 615.71.09-0ubuntu0.22.04.1
for flavour in generic generic-hwe-22.04; do
  refused 'held broken packages|unmet dependencies' nvidia-driver-470 "linux-modules-nvidia-470-$flavour"
done
# As many packages as were counted on the real one.
driver_simulate nvidia-headless-no-dkms-580-server-open nvidia-utils-580-server linux-modules-nvidia-580-server-open-generic
[ "$(grep -c '^Inst ' "$OUT")" = 11 ] || fail "headless with prebuilt modules is $(grep -c '^Inst ' "$OUT") packages, 11 were counted"
driver_simulate nvidia-cuda-toolkit
expect_inst libnvidia-compute-580

# DKMS: a module for each kernel with headers, also for one that comes later; then a build that fails.
installed nvidia-driver-470 linux-headers-generic
MODULES=/lib/modules/5.15.0-204-generic
holds "$MODULES/updates/dkms/nvidia.ko" '^version=470\.256\.02$'
holds /lib/modprobe.d/nvidia-graphics-drivers.conf '^blacklist nouveau$'
holds /boot/initrd.img-5.15.0-204-generic "^$MODULES/updates/dkms/nvidia.ko\$"
installed linux-generic-hwe-22.04
holds /lib/modules/6.8.0-149-generic/updates/dkms/nvidia.ko '^version=470\.256\.02$'
root_run "$ROOT" dkms status >"$OUT"
expect_out '^nvidia/470\.256\.02, 6\.8\.0-149-generic, x86_64: installed$'
driver_dkms_fails 6.8.0-149-generic
driver_install nvidia-driver-580
expect_status 100
expect_out 'Error! Bad return status for module build on kernel: 6\.8\.0-149-generic \(x86_64\)'
expect_out 'installed nvidia-dkms-580 package post-installation script subprocess returned error exit status 10'
holds /var/lib/dkms/nvidia/580.178.04/build/make.log 'error: implicit declaration'
holds "$MODULES/updates/dkms/nvidia.ko" '^version=580\.178\.04$'
# shellcheck disable=SC2016  # the format is dpkg-query's
root_run "$ROOT" dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 'nvidia-*-580' >"$OUT"
expect_out '^iF  nvidia-dkms-580$'
expect_out '^iU  nvidia-driver-580$'
driver_dkms_works
run_it root_run "$ROOT" dpkg --configure -a
expect_status 0
gone /var/lib/dkms/nvidia/580.178.04/build
holds /lib/modules/6.8.0-149-generic/updates/dkms/nvidia.ko '^version=580\.178\.04$'
run_it root_run "$ROOT" apt-get purge -y 'nvidia-*' 'libnvidia-*'
expect_status 0
for left in "$MODULES/updates" /var/lib/dkms/nvidia /lib/modprobe.d/nvidia-graphics-drivers.conf; do gone "$left"; done
root_drop "$ROOT"

# --- 24.04: modules for the kernel that runs, or for another one.
driver_root 24.04
installed linux-image-generic-hwe-24.04
prebuilt 580-open 7.0.0-43-generic generic-hwe-24.04
prebuilt 595-open 7.0.0-43-generic generic-hwe-24.04
prebuilt 615-open 7.0.0-43-generic generic-hwe-24.04
becomes 535 580 580.178.04-0ubuntu0.24.04.1
becomes 590-open 595-open 595.99.02-0ubuntu0.24.04.1
becomes 615 615-open 615.71.09-0ubuntu0.24.04.2
driver_simulate nvidia-driver-580-open linux-modules-nvidia-580-open-generic
expect_inst linux-image-6.8.0-151-generic
driver_simulate nvidia-driver-470 linux-modules-nvidia-470-generic-hwe-24.04
expect_inst linux-image-6.11.0-29-generic
root_run "$ROOT" apt-cache show linux-modules-nvidia-580-open-6.8.0-136-generic >/dev/null || fail 'modules of the past are not there'
refused 'nvidia-kernel-common-580 \(<= 580\.159\.03-1\)' linux-modules-nvidia-580-open-6.8.0-136-generic
for flavour in aws azure gcp nvidia; do
  driver_simulate nvidia-headless-no-dkms-580-server-open "linux-modules-nvidia-580-server-open-$flavour"
  expect_status 0
  expect_out "^Inst linux-modules-nvidia-580-server-open-[0-9.-]*-$flavour "
done
# An NVSwitch board's manager has the server driver's version.
driver_simulate nvidia-headless-580-server-open nvidia-fabricmanager-580
expect_inst nvidia-fabricmanager-580 580.178.04-0ubuntu0.24.04.1

# With NVIDIA's archive and no pin, its name for 570 leads to Ubuntu's transitional package, and so to 580; with the pin it is
# NVIDIA's own.
driver_nvidia
driver_simulate nvidia-open-570
expect_inst nvidia-open-570 570.211.01-0ubuntu1
expect_inst nvidia-driver-580-open 580.178.04-0ubuntu0.24.04.1
cp "$TREE/nvidia/compute/cuda/repos/ubuntu2404/x86_64/cuda-ubuntu2404.pin" "$ROOT/etc/apt/preferences.d/cuda-repository-pin-600"
driver_simulate nvidia-open-570
expect_inst nvidia-driver-570-open 570.211.01-0ubuntu1
expect_no_inst 'nvidia-driver-580-open'
rm "$ROOT/etc/apt/preferences.d/cuda-repository-pin-600" "$ROOT"/etc/apt/sources.list.d/cuda-*.list

installed nvidia-driver-580-open linux-modules-nvidia-580-open-generic-hwe-24.04
MODULES=/lib/modules/7.0.0-43-generic/kernel/nvidia-580-open
holds "$MODULES/nvidia.ko" '^license=Dual MIT/GPL$'
[ "$(tail -n 1 "$ROOT$MODULES/nvidia.ko")" = '~Module signature appended~' ] || fail 'the prebuilt module is not signed'
holds /lib/modprobe.d/nvidia-graphics-drivers.conf '^blacklist nova_core$'
holds /boot/initrd.img-7.0.0-43-generic '^blacklist nouveau$'
holds /boot/initrd.img-7.0.0-43-generic "^$MODULES/nvidia.ko\$"
run_it root_run "$ROOT" nvidia-smi
expect_status 9
run_it root_run "$ROOT" apt-get purge -y 'nvidia-*' 'libnvidia-*' 'linux-*nvidia*'
expect_status 0
gone "$MODULES"
gone /lib/modprobe.d/nvidia-graphics-drivers.conf
if grep -a nouveau "$ROOT/boot/initrd.img-7.0.0-43-generic"; then fail 'the initial RAM disk still keeps nouveau away'; fi
root_drop "$ROOT"

# --- 26.04: no driver for Kepler; a key of the machine's own.
driver_root 26.04
installed linux-image-generic shim-signed
prebuilt 580 7.0.0-44-generic generic
prebuilt 595-server 7.0.0-44-generic generic
becomes 570-open 580-open 580.178.04-0ubuntu0.26.04.1
refused 'Unable to locate package nvidia-driver-470|has no installation candidate' nvidia-driver-470
driver_secure_boot on
run_it root_run "$ROOT" mokutil --sb-state
expect_out '^SecureBoot enabled$'
root_run "$ROOT" update-secureboot-policy --new-key
run_it root_run "$ROOT" update-secureboot-policy --enroll-key
expect_status 1
expect_err '^Running in non-interactive mode, doing nothing\.$'
KEY=/var/lib/shim-signed/mok/MOK.der
printf 'a password\na password\n' | root_run "$ROOT" mokutil --import "$KEY" >/dev/null
driver_console 'a password'
run_it root_run "$ROOT" mokutil --test-key "$KEY"
expect_out 'is already enrolled$'
run_it root_run "$ROOT" update-secureboot-policy --enroll-key
expect_status 0
