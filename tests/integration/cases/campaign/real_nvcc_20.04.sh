#!/bin/bash
# The host's real nvcc in a root with that root's own compiler: a kernel is compiled and linked, and is run by nobody.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/machine.sh"
. "$(dirname "$0")/../../lib/real_nvcc.sh"

check_real_nvcc 20.04
