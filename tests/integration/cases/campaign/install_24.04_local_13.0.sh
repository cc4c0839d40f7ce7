#!/bin/bash
# A fresh 24.04: CUDA 13.0 and LibTorch, method local: the newest patch that has a local installer.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 24.04 --cuda 13.0 --method local
expect_package cuda-toolkit-13-0 13.0.2-1
expect_package cuda-repo-ubuntu2404-13-0-local ''
expect_toolkit 13.0
expect_torch
