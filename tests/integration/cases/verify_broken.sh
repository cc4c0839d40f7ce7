#!/bin/bash
# What `verify`, `doctor` and `status` say of an installation that was damaged, or that lacks what it needs: verify ends with
# status 40 and the check that found it, never with a pass. Prints the table.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/machine.sh"
. "$(dirname "$0")/../lib/machines.sh"

need_torch 20.04 1.7.1+cpu
case_root 20.04
setup verify
expect_status 40
expect_out 'FAIL torch +nothing +there is nothing to verify: .*no CUDA toolkit is installed; no LibTorch is installed$'
expect_out "hint: .*: cudasetup install"
expect_out '^NOT verified'
setup install --cuda none --driver none --torch 1.7.1+cpu --yes
expect_status 0
TREE_OF_TORCH=$ROOT/opt/libtorch/1.7.1+cpu
LIBRARIES=$TREE_OF_TORCH/lib
KEPT=$CASE_HOME/kept

# take PATH: away with it; put_back: it is as it was.
take() {
  TAKEN=$1
  mv "$TAKEN" "$KEPT"
}
put_back() {
  rm -rf "$TAKEN"
  mv "$KEPT" "$TAKEN"
}
# cut PATH BYTES: only the beginning of it stays.
cut_short() {
  take "$1"
  head -c "$2" "$KEPT" >"$1"
}

# row WHAT ID: the row of what verify just said; doctor finds ID, or what verify alone can find (-), and status tells of it.
row() {
  local what=$1 id=$2 says found faults
  says=$(grep -m 1 -E '^  FAIL ' "$OUT" | sed -E -e 's/^ +FAIL +[a-z]+ +//' -e 's/  +/: /' | cut -c 1-110)
  setup doctor --json ${SYS:+--sys-path "$SYS"}
  found=$(grep -oE '^ +"id": "[^"]*"' "$OUT" | cut -d '"' -f 4 | tr '\n' ' ') || true
  if [ "$id" = - ]; then
    [ "$STATUS$found" = 0 ] || fail "$what: doctor ended with $STATUS and found $found"
  else
    [ "$STATUS" = 2 ] || fail "$what: doctor ended with $STATUS"
    [[ " $found" == *" $id "* ]] || fail "$what: doctor found $found and not $id"
  fi
  setup status ${SYS:+--sys-path "$SYS"}
  expect_status 0
  faults=$(grep -E '^Faults ' "$OUT" | sed -E 's/^Faults +([0-9]+|none).*/\1/')
  if [ "$id" = - ]; then [ "$faults" = none ]; else [ "$faults" -ge 1 ]; fi || fail "$what: status counts $faults faults"
  printf '| %s | %s | %s | %s |\n' "$what" "$says" "$found" "$faults"
  ROWS=$((ROWS + 1))
}
ROWS=0
SYS=

# toolkit_of VERSION: the root has one, with headers, and /usr/local/cuda leads there.
toolkit_of() {
  local folder=/usr/local/cuda-${1%.*} number
  number=$(awk -F . '{ print $1 * 1000 + $2 * 10 }' <<<"$1")
  mkdir -p "$ROOT$folder/bin" "$ROOT$folder/include"
  printf '#define CUDART_VERSION %s\n' "$number" >"$ROOT$folder/include/cuda_runtime_api.h"
  cp "$ROOT$folder/include/cuda_runtime_api.h" "$ROOT$folder/include/cuda.h"
  printf '{"cuda": {"name": "CUDA SDK", "version": "%s"}}\n' "$1" >"$ROOT$folder/version.json"
  printf '\x7fELF' >"$ROOT$folder/bin/nvcc"
  chmod 0755 "$ROOT$folder/bin/nvcc"
  ln -sfn "$folder" "$ROOT/usr/local/cuda"
}

# refused WHAT LEVEL CHECK REGEX: what verify just said is that this check failed, with a line like REGEX, and no pass.
refused() {
  [ "$STATUS" = 40 ] || fail "$1: status $STATUS, expected 40"
  grep -Eq "FAIL $2 +$3 " "$OUT" || fail "$1: the check $3 did not fail"
  grep -Eq -- "$4" "$OUT" || fail "$1: nothing is said like: $4"
  grep -Eq '^ +hint: ' "$OUT" || fail "$1: it says nothing of what to do next"
  grep -q '^NOT verified' "$OUT" || fail "$1: it is called verified"
  ! grep -Eq '^(cpu-only|verified)' "$OUT" || fail "$1: something passed all the same"
  [ ! -e "$ROOT/var/cache/cudasetup/verify" ] || fail "$1: the work directory was left"
}

# finds WHAT CHECK REGEX [ID]: the torch level fails so, and computes nothing; then all is put back.
finds() {
  setup verify --level torch
  refused "$1" torch "$2" "$3"
  ! grep -Eq 'ok +torch +(elementwise|matmul)' "$OUT" || fail "$1: something was computed all the same"
  row "$1" "${4:--}"
  put_back
}

printf '| what | verify | doctor | faults in status |\n|---|---|---|---|\n'
cut_short "$LIBRARIES/libtorch_cpu.so" 1000000
finds 'a library that is cut short' libraries 'libtorch_cpu\.so ends too early' torch-damaged
take "$LIBRARIES/libc10.so"
finds 'a library that is missing' libraries 'libtorch_cpu\.so needs libc10\.so' torch-damaged
take "$TREE_OF_TORCH/include"
finds 'headers that are missing' build 'INTERFACE_INCLUDE_DIRECTORIES|No such file'
take "$TREE_OF_TORCH/share/cmake/Torch/TorchConfig.cmake"
finds 'no CMake configuration' tree '/opt/libtorch/current is no LibTorch' torch-damaged
take "$TREE_OF_TORCH/share/cmake/Caffe2"
finds 'half of the CMake configuration' build 'Caffe2'
take "$ROOT/opt/libtorch/current"
ln -s 9.9.9+cpu "$ROOT/opt/libtorch/current"
finds 'a link that leads nowhere' tree '/opt/libtorch/current is no LibTorch' torch-current-dangling
take "$ROOT/usr/bin/cmake"
finds 'no cmake' build 'cmake is not installed'
take "$ROOT/usr/bin/g++"
finds 'no g++' build 'a C\+\+ compiler is not installed'
take "$ROOT/usr/bin/make"
finds 'no make' build 'make is not installed'

take "$TREE_OF_TORCH/share/cmake/Torch/TorchConfig.cmake"
sed 's/_GLIBCXX_USE_CXX11_ABI=1/_GLIBCXX_USE_CXX11_ABI=0/' "$KEPT" >"$TAKEN"
! cmp -s "$KEPT" "$TAKEN" || fail 'the configuration does not name an ABI'
finds 'the wrong ABI' abi 'undefined reference' torch-old-abi
take "$TREE_OF_TORCH/share/cmake/Torch/TorchConfig.cmake"
{
  printf 'message(FATAL_ERROR "Failed to find nvToolsExt")\n'
  cat "$KEPT"
} >"$TAKEN"
printf '2.7.1+cu128\n' >"$TREE_OF_TORCH/build-version"
toolkit_of 13.0.0
setup verify --level torch
refused 'toolkit 13 with LibTorch 2.7' torch build 'asks the toolkit for nvToolsExt'
row 'toolkit 13 with LibTorch 2.7' torch-toolkit-of-other-major
rm -r "$ROOT/usr/local/cuda" "$ROOT/usr/local/cuda-13.0"
toolkit_of 12.9.1
finds 'toolkit 12.9 with LibTorch 2.7' build 'asks the toolkit for nvToolsExt' torch-toolkit-without-nvtx
rm -r "$ROOT/usr/local/cuda" "$ROOT/usr/local/cuda-12.9"
take "$TREE_OF_TORCH/share/cmake/Torch/TorchConfig.cmake"
cp "$KEPT" "$TAKEN"
printf '1.13.1+cu117\n' >"$TREE_OF_TORCH/build-version"
cat >"$ROOT/usr/local/bin/cmake" <<'SH'
#!/bin/sh
[ "$1" = --version ] && echo 'cmake version 3.10.2' && exit 0
echo 'CMake Error at cuda.cmake:1 (cmake_minimum_required): CMake 3.18 or higher is required. You are running version 3.10.2' >&2
exit 1
SH
chmod 0755 "$ROOT/usr/local/bin/cmake"
finds 'a cmake that is too old' tools 'CMake is 3\.10\.2, LibTorch 1\.13\.1\+cu117 needs 3\.18 or later' torch-cmake-too-old
# shellcheck disable=SC2016  # the script's own
printf '#!/bin/sh\n[ "$1" = --version ] && echo "cmake version 3.25.1" && exit 0\nkill -SEGV $$\n' >"$ROOT/usr/local/bin/cmake"
printf '1.7.1+cpu\n' >"$TREE_OF_TORCH/build-version"
TAKEN=$ROOT/usr/local/bin/cmake
: >"$KEPT"
finds 'a cmake that crashes' build 'cmake crashed, by signal 11'
rm "$ROOT/usr/local/bin/cmake"

# A place that has no LibTorch, and a build for the CPU where a GPU is to be used.
setup verify --level torch --torch-dir /usr/share
refused 'a folder that is no LibTorch' torch tree '/usr/share is no LibTorch'
row 'a folder that is no LibTorch' -
setup verify --level torch --expect-gpu yes
refused 'a build for the CPU' torch gpu 'a build for the CPU alone, and a GPU is to be used'
bus turing 1eb8 nvidia
SYS=$BUS
driver 580.95.05
cp "$ROOT/var/lib/dpkg/status" "$CASE_HOME/status"
driver_of_packages 580.95.05
row 'a build for the CPU, and a GPU' torch-for-cpu
SYS=
cp "$CASE_HOME/status" "$ROOT/var/lib/dpkg/status"
rm "$ROOT/usr/bin/nvidia-smi"
rm "$ROOT"/usr/lib/x86_64-linux-gnu/libcuda.so.*

# Compilers that do not compile: programs, since of a script nothing is concluded.
nvcc_is() {
  printf '#include <stdio.h>\n#include <string.h>\n#include <unistd.h>\nint main(int n, char **a) { %s }\n' "$1" >"$ROOT/nvcc.c"
  root_run "$ROOT" gcc -o /usr/local/cuda-11.0/bin/nvcc /nvcc.c
}
VERSION='if (n > 1 && !strcmp(a[1], "--version")) { puts("Cuda compilation tools, release 11.0, V11.0.221"); return 0; }'
toolkit_of 11.0.3
nvcc_is "$VERSION fputs(\"error: #error -- unsupported GNU version! gcc versions later than 9 are not supported!\\\\n\", stderr); return 1;"
setup verify --level toolkit
refused 'a gcc out of range' toolkit host-gcc 'gcc 10\.[0-9.]+ is not one that this nvcc takes: CUDA 11\.0 takes up to gcc 9$'
expect_out 'FAIL toolkit +compile +this nvcc does not take the default gcc: gcc is 10'
row 'a gcc out of range' gcc-out-of-range
nvcc_is "$VERSION return 0;"
setup verify --level toolkit
refused 'an nvcc that makes nothing' toolkit compile 'nvcc made a program without device code'
nvcc_is 'sleep(600);'
setup verify --level toolkit
refused 'an nvcc that hangs' toolkit nvcc 'did not end within its time limit'
row 'an nvcc that hangs' gcc-out-of-range
rm -r "$ROOT/usr/local/cuda" "$ROOT/usr/local/cuda-11.0"

# A container whose /proc and /sys cannot be read, without a GPU, and given one without the driver's libraries.
inside() { run_it machine_run "$ROOT" "$@"; }
umount "$ROOT/proc"
: >"$ROOT/.dockerenv"
inside verify
expect_status 0
expect_out 'skip driver +loaded +in a container the driver is the host'
expect_out '^cpu-only'
expect_no_out FAIL
inside doctor
expect_status 0
inside status
expect_status 0
expect_out '^GPU +'
inside verify --expect-gpu yes
refused 'a container without a GPU, where one is to be used' torch gpu 'a build for the CPU alone'
: >"$ROOT/dev/nvidia0"
inside verify
refused 'a container that was given a GPU, with a LibTorch for the CPU' torch gpu 'a build for the CPU alone'
rm "$ROOT/dev/nvidia0" "$ROOT/.dockerenv"
mount -t proc root-proc "$ROOT/proc"

# A library that miscomputes, one cell of each product, and a tree that calls itself another version: the one is found, the other told.
cat >"$ROOT/wrong.c" <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
typedef void product(const char *, const char *, const int *, const int *, const int *, const float *, const float *,
                     const int *, const float *, const int *, const float *, float *, const int *);
void sgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k, const float *alpha, const float *a,
            const int *lda, const float *b, const int *ldb, const float *beta, float *c, const int *ldc)
{
  ((product *)dlsym(RTLD_NEXT, "sgemm_"))(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  c[0] += 1;
}
C
root_run "$ROOT" gcc -shared -fPIC -o /wrong.so /wrong.c -ldl
printf '1.7.2+cpu\n' >"$TREE_OF_TORCH/build-version"
printf '/wrong.so\n' >"$ROOT/etc/ld.so.preload"
setup verify --level torch
rm "$ROOT/etc/ld.so.preload"
expect_status 40
expect_out 'ok +torch +tree +.* is LibTorch 1\.7\.2\+cpu$'
expect_out 'FAIL torch +matmul +the result on cpu differs from that of plain loops'
expect_out 'FAIL torch +convolution'
expect_out 'ok +torch +elementwise'
expect_out '^NOT verified'
row 'a library that miscomputes' -
printf '1.7.1+cpu\n' >"$TREE_OF_TORCH/build-version"
setup verify --level torch
expect_status 0
expect_out '^cpu-only'
printf '%s broken installations\n' "$ROWS"
[ "$ROWS" -ge 15 ] || fail 'too few were tried'
