#!/bin/bash
# What cudasetup keeps of earlier runs, spoilt in every way: each verb that believes it ends with a status and words that
# say what is wrong and what to do, and changes nothing. Prints the table.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

ROWS=0
STATE=var/lib/cudasetup
JOURNAL=$STATE/transactions/0001.jsonl

# spoilt NAME STATUS REGEX VERB OPTIONS...: the status and first words of that verb in the root as it is now.
spoilt() {
  local name=$1 status=$2 regex=$3 first
  shift 3
  changes_mark
  run_it "$CUDASETUP" "$1" --root "$ROOT" "${@:2}"
  # The plan comes before it.
  first=$(grep -m 1 '^error: ' "$ERR" || head -n 1 "$ERR")
  printf '%3s  %-44s %s\n' "$STATUS" "$name: $1" "${first//$CASE_HOME/...}"
  [ "$STATUS" = "$status" ] || fail "$name: status $STATUS, expected $status"
  printf '%s\n' "$first" | grep -E -- "$regex" >/dev/null || fail "$name: the first line is not like: $regex"
  grep -E '^hint: ' "$ERR" >/dev/null || fail "$name: it says nothing of what to do next"
  expect_only_ours
  ROWS=$((ROWS + 1))
}

# each NAME STATUS REGEX: the verbs that believe the journal.
each() {
  spoilt "$1" "$2" "$3" history
  spoilt "$1" "$2" "$3" undo --yes
  spoilt "$1" "$2" "$3" uninstall --yes
}

# fresh_state: the state as the run left it.
fresh_state() {
  rm -rf "${ROOT:?}/$STATE"
  cp -a "$CASE_HOME/state" "$ROOT/$STATE"
}

case_root 22.04
mkdir -p "$ROOT/usr/local/cuda-12.4/bin"
printf '{"cuda": {"name": "CUDA SDK", "version": "12.4.1"}}' >"$ROOT/usr/local/cuda-12.4/version.json"
run_it "$CUDASETUP" uninstall --root "$ROOT" --cuda 12.4 --yes
expect_status 0
cp -a "$ROOT/$STATE" "$CASE_HOME/state"

# --- The journal
# A run that was cut off in its first line has done nothing; others are read all the same.
for bytes in 0 100; do
  head -c "$bytes" "$CASE_HOME/state/transactions/0001.jsonl" >"$ROOT/$JOURNAL"
  for words in history 'undo --yes' 'uninstall --yes'; do
    # shellcheck disable=SC2086
    setup $words
    printf '%3s  %-44s %s\n' "$STATUS" "cut off after $bytes bytes: $words" "$(head -n 1 "$OUT")"
    expect_status 0
    expect_out '^Nothing '
  done
  fresh_state
done
sed -i 's/"outcome":"done"/"outcome":"failed"/' "$ROOT/$JOURNAL"
each 'an edited journal' 4 '^error: .*0001\.jsonl line [0-9]+ does not fit its seal: the journal was changed'
fresh_state
sed -i '2d' "$ROOT/$JOURNAL"
each 'a line taken out' 4 '^error: .*0001\.jsonl line 2 does not fit its seal'
fresh_state
sed -i '1s|cudasetup.journal/1|cudasetup.journal/9|' "$ROOT/$JOURNAL"
each 'of a newer version' 4 'written by a newer cudasetup'
fresh_state
head -c 5000 /dev/urandom >"$ROOT/$JOURNAL"
each 'no journal at all' 4 '^error: .*0001\.jsonl'
fresh_state
rm "$ROOT/$JOURNAL"
mkdir "$ROOT/$JOURNAL"
each 'a directory' 4 '^error: .*0001\.jsonl: expected a file'
fresh_state
mv "$ROOT/$JOURNAL" "$ROOT/root/journal"
ln -s /root/journal "$ROOT/$JOURNAL"
each 'a link to elsewhere' 4 '^error: .*0001\.jsonl: expected a file'
rm "$ROOT/root/journal"
fresh_state
# A torn tail is what a power cut leaves: it is told of, and nothing else is wrong.
printf '{"event":"step-sta' >>"$ROOT/$JOURNAL"
run_it "$CUDASETUP" history --root "$ROOT" 0001
expect_status 0
expect_out 'the last record was cut off'

# --- Links to elsewhere: nothing of them is written to
fresh_state
mkdir -m 0700 "$ROOT/elsewhere"
rm -r "${ROOT:?}/$STATE"
ln -s /elsewhere "$ROOT/$STATE"
mkdir -p "$ROOT/usr/local/cuda-12.4/bin"
spoilt 'the state directory is a link' 1 '^error: /var/lib/cudasetup is not a directory of root' uninstall --cuda 12.4 --yes
[ -z "$(ls -A "$ROOT/elsewhere")" ] || fail 'something was written through a link'
rm "$ROOT/$STATE"

# --- The state directory is somebody else's, or everybody's
fresh_state
chown 1000:1000 "$ROOT/$STATE"
spoilt 'of another user' 1 '^error: /var/lib/cudasetup is not a directory of root' uninstall --cuda 12.4 --yes
spoilt 'of another user' 1 '^error: /var/lib/cudasetup is not a directory of root' undo 0001 --yes --allow-inexact-undo
fresh_state
chmod 0777 "$ROOT/$STATE"
spoilt 'everybody may write to it' 1 '^error: /var/lib/cudasetup is not a directory of root' undo 0001 --yes --allow-inexact-undo
spoilt 'everybody may write to it' 1 '^error: /var/lib/cudasetup is not a directory of root' uninstall --cuda 12.4 --yes

# --- Who may not read it
fresh_state
chmod 0711 "$ROOT_SESSION" "$CASE_HOME" "$(dirname "$ROOT")"
install -m 0755 "$CUDASETUP" "$CASE_HOME/cudasetup"
run_it setpriv --reuid=65534 --regid=65534 --clear-groups "$CASE_HOME/cudasetup" uninstall --root "$ROOT" --cuda 12.4 --yes
expect_status 5
expect_err 'needs root'

# --- A root that cannot be written to
mount -o remount,ro "$ROOT" || fail 'the root cannot be made read-only'
spoilt 'a read-only root' 1 'Read-only file system' uninstall --cuda 12.4 --yes
spoilt 'a read-only root' 1 'Read-only file system' undo --yes
mount -o remount,rw "$ROOT"

# --- Mended, it is believed again
fresh_state
rm -r "$ROOT/usr/local/cuda-12.4"
run_it "$CUDASETUP" undo --root "$ROOT" --yes
expect_status 0
run_it "$CUDASETUP" history --root "$ROOT"
expect_out '^0002 .* done +undo of 0001$'
echo "$ROWS rows"
