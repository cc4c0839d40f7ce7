#!/bin/bash
# A fresh 24.04: the toolkit of CUDA 12.8, method local: the newest patch that has a local installer.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/install.sh"

check_install 24.04 --cuda 12.8 --method local --toolkit-only
expect_package cuda-toolkit-12-8 12.8.1-1
expect_package cuda-repo-ubuntu2404-12-8-local ''
expect_toolkit 12.8
