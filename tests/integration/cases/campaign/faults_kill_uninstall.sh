#!/bin/bash
# A power cut at every sync of a file and at random moments while all of an installation is uninstalled: `resume` ends
# it, `undo` brings the installation back.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

faults_begin
faults_prepare 20.04 11.1 --method network
faults_uninstalling
faults_rows uninstall
faults_end
