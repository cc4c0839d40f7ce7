#!/bin/bash
# docker/Dockerfile, as a user builds it: toolkit and LibTorch, no driver, nothing left of building; and it computes.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/docker.sh"

case_serve
docker_base
TORCH=$(case_world torch 22.04)
[ -n "$TORCH" ] || skip 'the archive of this host has no LibTorch for 22.04'
docker_build test-image Dockerfile "$CASE_HOME/context" --build-arg CUDA=11.8
docker_start test-image
expect_lean
[ -x "$ROOT/usr/local/cuda-11.8/bin/nvcc" ] || fail 'no toolkit is in the image'
[ "$(cat "$ROOT/opt/libtorch/current/build-version")" = "$TORCH" ] || fail "no LibTorch $TORCH is in the image"

# A host may have a GPU, which no container here is lent.
docker_run cudasetup verify --expect-gpu no
expect_status 0
expect_out 'ok +torch +matmul +computed on cpu'
expect_out 'skip toolkit +nvcc +.*is a script.* compiles no device code here'
expect_out '^cpu-only: what was computed was right'
# The image's environment is what programs build with.
# shellcheck disable=SC2016  # for the shell in the image
docker_run sh -c 'nvcc --version && test -d "$Torch_DIR" && test -d "$CUDA_HOME/include"'
expect_status 0
expect_out 'release 11\.8'
