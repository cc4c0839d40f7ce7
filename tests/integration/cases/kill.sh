#!/bin/bash
# A power cut while installing: `resume` completes it, `undo` takes it back, and the machine is exactly as after an
# installation that nobody disturbed, or as before. A few moments; cases/campaign/faults_kill_* try many.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/faults.sh"

faults_prepare 20.04 11.1 --method network
for part in 35 70; do
  for way in resume undo; do
    faults_fresh
    faults_after $((FAULTS_MILLISECONDS * part / 100))
    faults_mend "$way" "cut after $part % of the time"
    printf 'ok: %s after %s %% of the time\n' "$way" "$part"
  done
done
