#!/bin/bash
# A power cut at every sync of a file (each record of the journal ends with one) and at random moments, for the methods
# network and local; after it `resume` or `undo`, in turn. CUDASETUP_SEED and CUDASETUP_FAULT_RUNS (random moments a
# method, 20) may be given; the seed is printed.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

RUNS=${CUDASETUP_FAULT_RUNS:-20}
RANDOM=${CUDASETUP_SEED:-1}
printf 'seed %s, %s random moments a method\n' "${CUDASETUP_SEED:-1}" "$RUNS"
count=0

# turn WHAT: one more run, mended one way or the other.
turn() {
  count=$((count + 1))
  if [ $((count % 2)) = 0 ]; then faults_mend undo "$1"; else faults_mend resume "$1"; fi
}

for method in network local; do
  faults_prepare 20.04 --method "$method"
  for number in $(seq 1 "${CUDASETUP_FAULT_SYNCS:-60}"); do
    faults_fresh
    faults_at_sync "$number" || break
    turn "$method, cut at sync $number"
  done
  printf '%s: cut at %s syncs\n' "$method" "$number"
  for number in $(seq 1 "$RUNS"); do
    moment=$((RANDOM * FAULTS_MILLISECONDS / 32768))
    faults_fresh
    faults_after "$moment"
    turn "$method, cut after $moment ms"
  done
done
printf '%s runs, each mended\n' "$count"
