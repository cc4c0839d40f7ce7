#!/bin/bash
# The printed script and install are equal, method runfile.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/equivalence.sh"

check_equivalence 20.04 --cuda 11.1 --method runfile
