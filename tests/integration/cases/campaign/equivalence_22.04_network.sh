#!/bin/bash
# The printed script and install are equal on 22.04, method network, with a driver and a compiler beside the usual one.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/equivalence.sh"

check_equivalence 22.04 --cuda 11.8 --method network --gpu 10de:1eb8
