#!/bin/bash
# A fresh 20.04: CUDA 11.1 and LibTorch, method local.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 20.04 --cuda 11.1 --method local
expect_toolkit 11.1
expect_torch
