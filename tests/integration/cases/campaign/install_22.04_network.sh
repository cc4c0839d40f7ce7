#!/bin/bash
# A fresh 22.04: CUDA 11.8 and LibTorch 1.13.1, method network.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

# Before its first compiler comes a system is taken for what that Ubuntu has, 11; a root that stands for it may bring a
# newer one, that this nvcc does not take.
HAS=g++ check_install 22.04 --cuda 11.8
expect_package cuda-toolkit-11-8 11.8.0-1
expect_toolkit 11.8
expect_current 1.13.1+cpu
