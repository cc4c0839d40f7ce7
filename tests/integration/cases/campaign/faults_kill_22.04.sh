#!/bin/bash
# A power cut at every sync of a file and at random moments, on the apt of 22.04.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

faults_campaign 22.04 11.8
