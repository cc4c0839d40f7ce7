#!/bin/bash
# The toolkit level of `verify` with a real nvcc: the host's own, lent to a root. Sourced by cases after case.sh.
# shellcheck disable=SC2154  # ROOT, CASE_HOME and the like are case.sh's

# host_toolkit: prints the folder of the host's toolkit, nothing where there is none with an nvcc and its libraries.
host_toolkit() {
  local folder
  folder=$(readlink -f /usr/local/cuda 2>/dev/null) || return 0
  if [ -x "$folder/bin/nvcc" ] && [ -e "$folder/include/cuda_runtime.h" ]; then printf '%s\n' "$folder"; fi
}

# check_real_nvcc OSVERSION: verify compiles with it in that root, says that no GPU took part, and leaves nothing.
check_real_nvcc() {
  local folder
  folder=$(host_toolkit)
  [ -n "$folder" ] || skip 'this host has no CUDA toolkit in /usr/local/cuda'
  case_root "$1"
  root_run "$ROOT" apt-get update -qq
  root_run "$ROOT" apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io g++ >"$OUT" 2>&1 ||
    fail 'no compiler in the root'
  mkdir -p "$ROOT$folder" "$ROOT/var/cache/cudasetup"
  ln -sfn "$folder" "$ROOT/usr/local/cuda"
  root_snapshot "$ROOT" >"$CASE_HOME/before"
  mount --bind "$folder" "$ROOT$folder"
  mount -o remount,bind,ro "$ROOT$folder"

  setup verify --level toolkit --cuda-dir /usr/local/cuda
  ! grep -q 'does not take the default gcc' "$OUT" || skip "the host's nvcc is too old for the root's gcc"
  expect_status 0
  expect_out 'ok +toolkit +nvcc +.* is of CUDA [0-9]+\.[0-9]+$'
  expect_out 'ok +toolkit +compile +nvcc compiled and linked a kernel, for .*sm_[0-9]+'
  expect_out 'skip toolkit +vector-add +.*no GPU can be used here'
  expect_out '^cpu-only'
  expect_no_out '(FAIL|verified)'
  expect_out 'ok +toolkit +parts +headers.* are of one release'
  # Code for the GPU that is described, and for one of 2014, which no nvcc knows any more from 12 on.
  bus turing 1eb8 nvidia
  setup verify --level toolkit --cuda-dir /usr/local/cuda --sys-path "$BUS"
  expect_status 0
  expect_out 'ok +toolkit +compile +nvcc compiled and linked a kernel, for compute_75, sm_75$'
  bus kepler 102d nvidia
  setup verify --level toolkit --cuda-dir /usr/local/cuda --sys-path "$BUS"
  [ "$("$folder/bin/nvcc" --version | grep -oE 'release [0-9]+' | cut -d ' ' -f 2)" -lt 12 ] ||
    expect_out 'ok +toolkit +compile +.*; it does not know a GPU that is here$'
  setup verify --level toolkit --cuda-dir /usr/local/cuda --expect-gpu yes
  expect_status 40
  expect_out 'FAIL toolkit +gpu'

  umount "$ROOT$folder"
  root_snapshot "$ROOT" >"$CASE_HOME/after"
  expect_same "$CASE_HOME/before" "$CASE_HOME/after" 'verifying left something in the root'
  [ -z "$(ls -A "$ROOT/var/cache/cudasetup")" ] || fail 'verifying left something in the cache'
}
