#!/bin/bash
# A fresh 24.04: CUDA 13.0 and LibTorch, method network.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 24.04 --cuda 13.0
expect_package cuda-toolkit-13-0 13.0.3-1
expect_toolkit 13.0
expect_torch
