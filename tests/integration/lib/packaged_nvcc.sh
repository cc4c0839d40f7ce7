#!/bin/bash
# The toolkit level of `verify` with the real nvcc that the distribution itself has as nvidia-cuda-toolkit: 11.2, 11.8 and
# 12.4 in Debian's bullseye, bookworm and trixie. Gigabytes are fetched, so that it is asked for:
# CUDASETUP_PACKAGED_NVCC=yes. Sourced by cases after case.sh.
# shellcheck disable=SC2154  # ROOT, CASE_HOME and the like are case.sh's

# check_packaged_nvcc OSVERSION RELEASE: verify compiles with it, for the GPU that is described too, and no GPU takes part.
check_packaged_nvcc() {
  local os=$1 release=$2 start
  [ -n "${CUDASETUP_PACKAGED_NVCC:-}" ] || skip 'gigabytes would be fetched: CUDASETUP_PACKAGED_NVCC=yes asks for it'
  case_root "$os"
  sed -i -E 's/ main$/ main contrib non-free/' "$ROOT/etc/apt/sources.list"
  root_run "$ROOT" apt-get update -qq
  start=$SECONDS
  root_run "$ROOT" apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io \
    nvidia-cuda-toolkit g++ >"$OUT" 2>&1 || skip 'nvidia-cuda-toolkit cannot be installed'
  # shellcheck disable=SC2016  # the format is dpkg-query's
  printf 'nvidia-cuda-toolkit %s: %s s\n' "$(root_run "$ROOT" dpkg-query -W -f '${Version}' nvidia-cuda-toolkit)" "$((SECONDS - start))"

  start=$SECONDS
  setup verify --level toolkit --cuda-dir /usr
  grep -E '(ok|skip|FAIL) +toolkit' "$OUT"
  printf 'verified in %s s; default gcc %s\n' "$((SECONDS - start))" "$(root_run "$ROOT" gcc -dumpfullversion)"
  expect_status 0
  expect_out "ok +toolkit +nvcc +/usr/bin/nvcc is of CUDA ${release//./\\.}\$"
  expect_out 'ok +toolkit +compile +nvcc compiled and linked a kernel, for .*sm_[0-9]+'
  expect_out 'skip toolkit +vector-add +.*no GPU can be used here'
  expect_out '^cpu-only'
  expect_no_out '(FAIL|verified)'
  expect_out 'ok +toolkit +parts +headers'
  bus turing 1eb8 nvidia
  setup verify --level toolkit --cuda-dir /usr --sys-path "$BUS"
  expect_status 0
  expect_out 'ok +toolkit +compile +nvcc compiled and linked a kernel, for compute_75, sm_75$'
  setup verify --level toolkit --cuda-dir /usr --expect-gpu yes
  expect_status 40
  expect_out 'FAIL toolkit +gpu'
  setup verify --level toolkit --cuda-dir /usr --json
  grep -E '"(release|because)"' "$OUT" | head -n 4
}
