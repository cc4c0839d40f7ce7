#!/bin/bash
# A fresh 26.04: the newest release, whose installers bring no driver.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 26.04 --cuda latest --method local --toolkit-only
expect_package cuda-toolkit-13-4 13.4.2-1
expect_package cuda-repo-ubuntu2604-13-4-local ''
expect_toolkit 13.4
