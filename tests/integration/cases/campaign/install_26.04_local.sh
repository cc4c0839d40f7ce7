#!/bin/bash
# A fresh 26.04: CUDA 13.3 and LibTorch, method local.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 26.04 --cuda 13.3 --method local
expect_package cuda-toolkit-13-3 13.3.1-1
expect_package cuda-repo-ubuntu2604-13-3-local ''
expect_toolkit 13.3
expect_torch
