#!/bin/bash
# A fresh 22.04: CUDA 11.8 and LibTorch, method runfile.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 22.04 --cuda 11.8 --method runfile
expect_toolkit 11.8
expect_no_package 'cuda-*'
expect_torch
