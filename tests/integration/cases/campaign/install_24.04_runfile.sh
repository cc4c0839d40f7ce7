#!/bin/bash
# A fresh 24.04: CUDA 12.8 and LibTorch, method runfile.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 24.04 --cuda 12.8 --method runfile
expect_toolkit 12.8
expect_no_package 'cuda-*'
expect_torch
