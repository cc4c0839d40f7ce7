#!/bin/bash
# A fresh 22.04: CUDA 11.8 and LibTorch, method network.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 22.04 --cuda 11.8
expect_package cuda-toolkit-11-8 11.8.0-1
expect_toolkit 11.8
expect_torch
