#!/bin/bash
# A fresh 24.04: a major release alone is its newest minor.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/install.sh"

check_install 24.04 --cuda 12 --toolkit-only
expect_package cuda-toolkit-12-9 12.9.2-1
expect_toolkit 12.9
