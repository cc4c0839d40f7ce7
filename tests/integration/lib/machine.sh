#!/bin/bash
# Machines that are described: the hardware as a sysfs for --sys-path, the driver's files and packages in the root. Sourced
# by cases after case.sh.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2034,SC2154  # ROOT, CASE_HOME and the like are case.sh's; BUS is for the cases

# bus NAME [DEVICE DRIVER]...: a sysfs of that name with these GPUs, in $BUS.
bus() {
  BUS=$CASE_HOME/$1
  local place number=1
  mkdir -p "$BUS/bus/pci/devices" "$BUS/module/ext4" "$BUS/firmware"
  shift
  while [ $# -gt 0 ]; do
    place=$BUS/bus/pci/devices/0000:0$number:00.0
    mkdir -p "$place" "$BUS/bus/pci/drivers/$2"
    printf '0x10de\n' >"$place/vendor"
    printf '0x%s\n' "$1" >"$place/device"
    printf '0x030200\n' >"$place/class"
    [ "$2" = none ] || ln -s "$BUS/bus/pci/drivers/$2" "$place/driver"
    number=$((number + 1))
    shift 2
  done
}

# driver VERSION: it is loaded, in that sysfs.
driver() {
  mkdir -p "$BUS/module/nvidia" "$BUS/module/nvidia_uvm"
  printf '%s\n' "$1" >"$BUS/module/nvidia/version"
}

# secure_boot: it is on, in that sysfs.
secure_boot() {
  mkdir -p "$BUS/firmware/efi/efivars"
  printf '\006\000\000\000\001' >"$BUS/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
}

# package NAME VERSION: dpkg of the root says that it is installed.
package() {
  printf '\nPackage: %s\nStatus: install ok installed\nMaintainer: nobody\nArchitecture: amd64\nVersion: %s\nDescription: none\n' \
    "$1" "$2" >>"$ROOT/var/lib/dpkg/status"
}

# kernel RELEASE [FILE]: it can be booted, with headers; FILE below its modules is NVIDIA's.
kernel() {
  local modules=$ROOT/lib/modules/$1
  mkdir -p "$ROOT/boot" "$modules/build"
  : >"$ROOT/boot/vmlinuz-$1"
  if [ $# -gt 1 ]; then
    mkdir -p "$(dirname "$modules/$2")"
    printf 'a module without a signature, and long enough\n' >"$modules/$2"
  fi
}

# smi SCRIPT: the root's nvidia-smi does that.
smi() {
  printf '#!/bin/sh\n%s\n' "$1" >"$ROOT/usr/bin/nvidia-smi"
  chmod 0755 "$ROOT/usr/bin/nvidia-smi"
}

# driver_of_packages VERSION: the driver is installed in the root: Ubuntu's packages of the open module, built by DKMS.
driver_of_packages() {
  local branch=${1%%.*} name
  for name in "nvidia-driver-$branch-open" "nvidia-dkms-$branch-open" "libnvidia-compute-$branch" "nvidia-utils-$branch"; do
    package "$name" "$1-0ubuntu0.22.04.1"
  done
  : >"$ROOT/usr/lib/x86_64-linux-gnu/libcuda.so.$1"
  smi "echo '$1, Tesla T4'"
}
