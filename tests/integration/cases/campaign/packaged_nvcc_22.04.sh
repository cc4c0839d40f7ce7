#!/bin/bash
# The distribution's own nvcc, 11.8, in a root with that root's own compiler: a kernel is compiled and linked, and is run by nobody.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/machine.sh"
. "$(dirname "$0")/../../lib/packaged_nvcc.sh"

check_packaged_nvcc 22.04 11.8
