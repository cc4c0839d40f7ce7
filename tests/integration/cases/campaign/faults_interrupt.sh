#!/bin/bash
# ^C once and twice, at ten places of an installation: status 130, dpkg has no unfinished work, and `resume` completes it
# as if nobody had disturbed it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

# interrupted TIMES MILLISECONDS: ^C so often, the first so long after the start; what goes on alone is waited for.
interrupted() {
  local time
  faults_start env --default-signal=INT
  sleep "$(printf '%d.%03d' $(($2 / 1000)) $(($2 % 1000)))"
  for time in $(seq "$1"); do
    [ "$time" = 1 ] || sleep 0.1
    kill -INT -- "-$RUN" 2>/dev/null || true
  done
  STATUS=0
  wait "$RUN" || STATUS=$?
  case_until 60 'apt to end' no_processes
}
no_processes() { [ -z "$(root_processes "$ROOT")" ]; }

faults_prepare 20.04 11.1 --method network
count=0
for times in 1 2; do
  for part in 5 15 25 35 45 55 65 75 85 95; do
    faults_fresh
    interrupted "$times" $((FAULTS_MILLISECONDS * part / 100))
    status=$STATUS
    # Asked for when all is done, there is nothing to stop any more.
    [ "$status" = 130 ] || [ "$status" = 40 ] || fail "^C x $times at $part %: status $status"
    [ "$status" = 40 ] || grep -Eq '^error: ' "$ERR" || fail "^C x $times at $part %: nothing was said"
    first=$(grep -E '^error: ' "$ERR" | head -n 1 || true)
    [ -z "$(root_run "$ROOT" dpkg --audit)" ] || fail "^C x $times at $part %: dpkg has unfinished work"
    faults_mend resume "^C x $times at $part %"
    printf '%3s  x%s at %2s %%  %s\n' "$status" "$times" "$part" "$first"
    [ "$status" = 40 ] || count=$((count + 1))
  done
done
printf '%s of 20 runs were stopped\n' "$count"
[ "$count" -ge 10 ] || fail 'too few runs were stopped to mean anything'
