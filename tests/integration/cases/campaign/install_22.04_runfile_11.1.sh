#!/bin/bash
# CUDA 11.1 on 22.04, for which NVIDIA has no packages of it: the runfile, and a g++-10 that its nvcc takes beside the newer
# default, which stays the default.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

# As Ubuntu's universe does, the release before gives what this one has not; nothing that this one has comes from there.
add_older_compilers() {
  [ "$SUITE" = bookworm ] || return 0
  "$ROOT_ROOTS" source bullseye >"$ROOT/etc/apt/sources.list.d/older.list"
  printf '%s\n' 'Package: *' 'Pin: release n=bullseye' 'Pin-Priority: 1' >"$ROOT/etc/apt/preferences.d/older"
}

BEFORE=add_older_compilers check_install 22.04 --cuda 11.1
expect_toolkit 11.1
expect_no_package 'cuda-*'
# The LibTorch that belongs to 11.1 is that of the systems whose archive has it.
TORCH=$(case_world torch 20.04)
expect_torch
expect_package g++-10 ''
usual=$(root_run "$ROOT" g++ -dumpversion)
[ "$usual" -gt 10 ] || fail "the usual compiler is now g++ $usual"
# The environment is that of a shell of a person who logs in: nvcc is told of the compiler there.
# shellcheck disable=SC2016  # for the shell in the root
run_it root_run "$ROOT" sh -lc 'printf "%s\n" "$NVCC_PREPEND_FLAGS" && command -v nvcc'
expect_status 0
expect_out '^-ccbin /usr/bin/g\+\+-10$'
expect_out '^/usr/local/cuda.*/bin/nvcc$'
run_it root_run "$ROOT" /usr/bin/g++-10 -dumpversion
expect_out '^10'
