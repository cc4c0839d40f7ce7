#!/bin/bash
# Machines that are broken on purpose, described by a sysfs and a root: what verify, doctor and status say of each, and
# nothing of the sound ones. Prints the table.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/machine.sh"

case_root 22.04
ROWS=0
NEXT=5.15.0-112-generic
MODULE=updates/dkms/nvidia.ko

# anew: the root is as it was, with a sound driver 580.95.05 and its two kernels, on a Tesla T4.
anew() {
  local path
  for path in boot lib/modules var/lib/dkms usr/bin/nvidia-smi usr/bin/nvidia-uninstall usr/local/cuda-12.4 opt/libtorch; do
    rm -rf "${ROOT:?}/$path"
  done
  rm -rf "$CASE_HOME/sys" "$ROOT"/usr/lib/x86_64-linux-gnu/libcuda.so.*
  mkdir "$ROOT/boot"
  cp "$CASE_HOME/status" "$ROOT/var/lib/dpkg/status"
  bus sys 1eb8 nvidia
}
sound_driver() {
  anew
  driver 580.95.05
  driver_of_packages 580.95.05
  kernel "$NEXT" "$MODULE"
}
cp "$ROOT/var/lib/dpkg/status" "$CASE_HOME/status"

# sound WHAT [STATUS]: verify fails nothing and ends with that (0), doctor finds nothing.
sound() {
  setup verify --level driver --sys-path "$BUS"
  [ "$STATUS" = "${2:-0}" ] || fail "$1: verify ended with $STATUS"
  expect_no_out 'FAIL driver +(loaded|library|nouveau|module|secure-boot|devices|kernel|next-kernel|nvidia-smi|for)'
  setup doctor --sys-path "$BUS"
  [ "$STATUS" = 0 ] || fail "$1: doctor found something"
  printf '| %s | nothing | nothing | |\n' "$1"
}

# broken WHAT CHECK ID REGEX: verify fails in that check with that, and in no other than those of $ALSO; doctor finds
# ID; status counts faults.
broken() {
  local what=$1 check=$2 id=$3 found
  setup verify --level driver --sys-path "$BUS"
  [ "$STATUS" = 40 ] || fail "$what: verify ended with $STATUS"
  grep -Eq -- "FAIL driver +$check .*$4" "$OUT" || fail "$what: $check does not fail with $4"
  found=$(awk '$1 == "FAIL" { print $3 }' "$OUT" | sort | tr '\n' ' ')
  [ "$found" = "$(printf '%s\n' "$check" ${ALSO:+"$ALSO"} | sort | tr '\n' ' ')" ] || fail "$what: these fail: $found"
  grep -Eq '^ +hint: ' "$OUT" || fail "$what: nothing is said of what to do"
  ! grep -Eq '^(verified|cpu-only)' "$OUT" || fail "$what: it is called verified"
  found=$(grep -m 1 -E "FAIL driver +$check " "$OUT" | sed -E 's/^ +FAIL +driver +[a-z-]+ +//' | cut -c 1-100)
  if [ "$id" != - ]; then
    setup doctor --json --sys-path "$BUS"
    [ "$STATUS" = 2 ] || fail "$what: doctor ended with $STATUS"
    grep -q "\"id\": \"$id\"" "$OUT" || fail "$what: doctor does not find $id"
    setup status --sys-path "$BUS"
    expect_out '^Faults     [1-9]'
  fi
  printf '| %s | %s | %s | %s |\n' "$what" "$check" "$id" "$found"
  ROWS=$((ROWS + 1))
  ALSO=
}

printf '| machine | verify fails | doctor finds | verify says |\n|---|---|---|---|\n'
bus empty
sound 'no GPU at all' 40
sound_driver
sound 'a sound driver'
smi 'sleep 1; echo "580.95.05, Tesla T4"'
sound 'a driver that is slow to answer'

anew
bus sys2 1eb8 none
broken 'no driver' loaded driver-missing 'no driver of NVIDIA'
bus sys3 1eb8 nouveau
ALSO=nouveau broken 'nouveau has the GPU' loaded nouveau-holds-gpu 'nouveau holds 0000:01:00.0'
bus sys4 2204 NovaCore
ALSO=nouveau broken 'nova_core has the GPU' loaded nova-holds-gpu 'NovaCore holds'
sound_driver
driver 550.54.15
smi 'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18'
ALSO=nvidia-smi broken 'upgraded, not rebooted' library driver-version-mismatch 'loaded module is 550.54.15'
sound_driver
: >"$ROOT/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.15"
broken 'libraries of two drivers' library driver-several-libraries 'libcuda.so.550.54.15'
sound_driver
: >"$ROOT/usr/bin/nvidia-uninstall"
broken 'a runfile under packages' library driver-runfile-beside-packages 'nvidia-uninstall'
sound_driver
rm "$ROOT"/usr/lib/x86_64-linux-gnu/libcuda.so.*
broken 'the driver has no libraries' library driver-library-missing 'no libcuda.so'
sound_driver
bus sys5 102d none
driver 580.95.05
broken 'a driver that has dropped the GPU' module driver-too-new-for-gpu '580'
bus sys6 2f06 none
driver 550.54.15
anew_libraries() { rm "$ROOT"/usr/lib/x86_64-linux-gnu/libcuda.so.*; }
anew_libraries
cp "$CASE_HOME/status" "$ROOT/var/lib/dpkg/status"
driver_of_packages 550.54.15
broken 'a driver that does not know the GPU' module driver-too-old-for-gpu '550'
sound_driver
bus sys7 1b06 nvidia 2b85 nvidia
driver 580.95.05
broken 'GPUs without a common driver' module gpus-without-common-driver 'driver'
sound_driver
kernel "$NEXT-later"
broken 'the next kernel has no module' next-kernel next-kernel-module-missing "$NEXT-later boots next"
sound_driver
kernel "$NEXT-later"
rm -r "$ROOT/lib/modules/$NEXT-later/build"
broken 'the next kernel has no headers' next-kernel next-kernel-headers-missing 'build leads nowhere'
sound_driver
kernel "$NEXT-later"
mkdir -p "$ROOT/var/lib/dkms/nvidia/580.95.05/build"
printf 'DKMS make.log for nvidia-580.95.05 for kernel %s (x86_64)\nnv.c:12: error: implicit declaration\n' "$NEXT-later" \
  >"$ROOT/var/lib/dkms/nvidia/580.95.05/build/make.log"
ALSO=next-kernel broken 'DKMS failed' kernel dkms-build-failed 'implicit declaration'
sound_driver
mkdir -p "$ROOT/usr/local/cuda-12.4/bin"
printf '{"cuda": {"name": "CUDA SDK", "version": "12.4.1"}}\n' >"$ROOT/usr/local/cuda-12.4/version.json"
anew_libraries
cp "$CASE_HOME/status" "$ROOT/var/lib/dpkg/status"
driver 470.57.02
driver_of_packages 470.57.02
broken 'a toolkit newer than the driver' for-toolkit toolkit-newer-than-driver '12.4.1.*470.57.02'
rm -r "$ROOT/usr/local/cuda-12.4"
mkdir -p "$ROOT/opt/libtorch/2.6.0+cu124/lib"
printf '2.6.0+cu124\n' >"$ROOT/opt/libtorch/2.6.0+cu124/build-version"
broken 'a LibTorch newer than the driver' for-torch torch-newer-than-driver '2.6.0\+cu124.*470.57.02'
sound_driver
smi 'sleep 600'
broken 'nvidia-smi hangs' nvidia-smi - 'did not answer within 60 s'
smi 'kill -SEGV $$'
broken 'nvidia-smi crashes' nvidia-smi - 'crashed, by signal 11'
smi 'echo "No devices were found"; exit 6'
broken 'nvidia-smi finds no GPU' nvidia-smi - 'drives no GPU'
smi 'echo hello'
broken 'nvidia-smi prints rubbish' nvidia-smi - 'sees no GPU'

# Installed, and not loaded.
anew
bus sys8 1b06 none
driver_of_packages 580.95.05
kernel "$NEXT" "$MODULE"
ALSO=module broken 'the open module for a GPU before Turing' loaded module-must-be-proprietary 'no NVIDIA module is loaded'
mkdir -p "$ROOT/etc/modprobe.d"
printf 'blacklist nvidia\n' >"$ROOT/etc/modprobe.d/zz-nvidia.conf"
cp "$CASE_HOME/status" "$ROOT/var/lib/dpkg/status"
package nvidia-driver-580 580.95.05-0ubuntu0.22.04.1
package libnvidia-compute-580 580.95.05-0ubuntu0.22.04.1
ALSO=loaded broken 'modprobe is told not to load it' kernel module-blacklisted 'zz-nvidia.conf keeps nvidia'
rm "$ROOT/etc/modprobe.d/zz-nvidia.conf"
bus sys9 2b85 none
ALSO=loaded broken 'the proprietary module for a Blackwell' module module-must-be-open 'needs the open'
bus sys10 1eb8 none
printf 'off\n' >"$ROOT/etc/prime-discrete"
broken 'a laptop with its GPU switched off' loaded gpu-switched-off 'prime-discrete says off'
rm "$ROOT/etc/prime-discrete"
printf '0x0000000000000000 0x0000000000000000 0x0000000000000000\n' >"$BUS/bus/pci/devices/0000:01:00.0/resource"
broken 'a GPU without a memory window' loaded gpu-without-memory-window 'memory window of 0000:01:00.0 is empty'
sound_driver
sound 'all as it was'
[ "$ROWS" -ge 20 ] || fail "only $ROWS broken machines were tried"
printf '%s broken machines\n' "$ROWS"
