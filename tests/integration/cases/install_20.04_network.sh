#!/bin/bash
# A fresh 20.04: one command, and LibTorch computes. A second run changes nothing and says so.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/install.sh"

check_install 20.04 --cuda 11.1
expect_package cuda-toolkit-11-1 11.1.1-1
expect_toolkit 11.1
expect_torch
