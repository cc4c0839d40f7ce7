#!/bin/bash
# The printed script and install are equal on 24.04, method local.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/equivalence.sh"

check_equivalence 24.04 --cuda 13.0 --method local --gpu 10de:1eb8
