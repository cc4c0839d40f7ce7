#!/bin/bash
# Every broken state of apt's sources that can be made, on the apt that stands for Ubuntu 26.04's.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/repair.sh"

check_all_states 26.04
