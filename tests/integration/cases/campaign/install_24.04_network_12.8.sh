#!/bin/bash
# A fresh 24.04: CUDA 12.8 and LibTorch, method network.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 24.04 --cuda 12.8
expect_package cuda-toolkit-12-8 12.8.2-1
expect_toolkit 12.8
expect_torch
