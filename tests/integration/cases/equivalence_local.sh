#!/bin/bash
# The printed script and install are equal, method local, with a driver.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/equivalence.sh"

check_equivalence 18.04 --cuda 11.1 --method local --gpu 10de:1eb8
