#!/bin/bash
# The printed script and install are equal on 26.04, method local.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/equivalence.sh"

check_equivalence 26.04 --cuda 13.3 --method local --gpu 10de:2b85
