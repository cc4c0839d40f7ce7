#!/bin/bash
# What `verify` says of an installation that was damaged: status 40 and the check that found it, never a pass.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"

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

# finds WHAT CHECK REGEX: the torch level fails in that check, with a line like REGEX; then all is put back.
finds() {
  setup verify --level torch
  [ "$STATUS" = 40 ] || fail "$1: status $STATUS, expected 40"
  grep -Eq "FAIL torch +$2 " "$OUT" || fail "$1: the check $2 did not fail"
  grep -Eq -- "$3" "$OUT" || fail "$1: nothing is said like: $3"
  grep -Eq '^ +hint: ' "$OUT" || fail "$1: it says nothing of what to do next"
  grep -q '^NOT verified' "$OUT" || fail "$1: it is called verified"
  ! grep -Eq '^cpu-only|ok +torch +(elementwise|matmul)' "$OUT" || fail "$1: something passed all the same"
  [ ! -e "$ROOT/var/cache/cudasetup/verify" ] || fail "$1: the work directory was left"
  printf 'found: %s\n' "$1"
  put_back
}

cut_short "$LIBRARIES/libtorch_cpu.so" 1000000
finds 'a library that is cut short' libraries 'libtorch_cpu\.so ends too early'
take "$LIBRARIES/libc10.so"
finds 'a library that is missing' libraries 'libtorch_cpu\.so needs libc10\.so'
take "$TREE_OF_TORCH/include"
finds 'headers that are missing' build 'INTERFACE_INCLUDE_DIRECTORIES|No such file'
take "$TREE_OF_TORCH/share/cmake/Torch/TorchConfig.cmake"
finds 'no CMake configuration' tree '/opt/libtorch/current is no LibTorch'
take "$TREE_OF_TORCH/share/cmake/Caffe2"
finds 'half of the CMake configuration' build 'Caffe2'
take "$ROOT/opt/libtorch/current"
ln -s 9.9.9+cpu "$ROOT/opt/libtorch/current"
finds 'a link that leads nowhere' tree '/opt/libtorch/current is no LibTorch'
take "$ROOT/usr/bin/cmake"
finds 'no cmake' build 'cmake is not installed'
take "$ROOT/usr/bin/g++"
finds 'no g++' build 'hint: .*apt-get install g\+\+'
take "$ROOT/usr/bin/make"
finds 'no make' build 'hint: .*apt-get install .*make'

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
