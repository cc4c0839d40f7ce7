#!/bin/bash
# A power cut at every sync of a file and at random moments, on the apt of 26.04.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

faults_campaign 26.04 13.3
