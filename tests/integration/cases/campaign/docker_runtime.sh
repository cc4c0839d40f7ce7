#!/bin/bash
# docker/Dockerfile.runtime: a project is built with LibTorch in one stage and runs in another, which has no compiler.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/docker.sh"

case_serve
docker_base
[ -n "$(case_world torch 22.04)" ] || skip 'the archive of this host has no LibTorch for 22.04'
mkdir "$CASE_HOME/project"
cat >"$CASE_HOME/project/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.10)
project(six CXX)
set(CMAKE_CXX_STANDARD 14)
find_package(Torch REQUIRED)
add_executable(six six.cpp)
target_link_libraries(six "${TORCH_LIBRARIES}")
install(TARGETS six DESTINATION bin)
CMAKE
cat >"$CASE_HOME/project/six.cpp" <<'CPP'
#include <torch/torch.h>
#include <cstdio>
int main() { std::printf("sum %.0f\n", torch::matmul(torch::ones({1, 6}), torch::ones({6, 1})).item<float>()); }
CPP
docker_build test-image Dockerfile.runtime "$CASE_HOME/project" --build-arg CUDA=11.8 --build-arg PROGRAM=six \
  --build-context "cudasetup=$CASE_HOME/context"
docker_start test-image
expect_lean
docker_run run
expect_status 0
expect_out '^sum 6$'
for path in usr/bin/g++ usr/bin/cmake usr/local/bin/cudasetup opt/libtorch/current/include usr/local/cuda-11.8/bin/nvcc; do
  [ ! -e "$ROOT/$path" ] || fail "/$path is in the runtime image"
done
[ -n "$(find "$ROOT/usr/local/cuda-11.8/" -name 'libcudart.so.*' -print -quit)" ] || fail "CUDA's runtime is not in the image"
