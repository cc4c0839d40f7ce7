#!/bin/bash
# A fresh 18.04: CUDA 11.1 and LibTorch, method runfile.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 18.04 --cuda 11.1 --method runfile
expect_toolkit 11.1
expect_no_package 'cuda-*'
expect_torch
