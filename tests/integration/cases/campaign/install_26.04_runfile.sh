#!/bin/bash
# A fresh 26.04: CUDA 13.3 and LibTorch, method runfile.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 26.04 --cuda 13.3 --method runfile
expect_toolkit 13.3
expect_no_package 'cuda-*'
expect_torch
